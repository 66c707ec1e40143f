"""Every permission, `room:noun:verb`, in alphabetical order, each with a sentence."""

from __future__ import annotations

from enum import StrEnum


class Permission(StrEnum):
    """What somebody may be allowed to do."""

    ACCOUNT_CLOSE = "access:account:close"  # let nobody in by an account any more
    ACCOUNT_CREATE = "access:account:create"  # make an account
    ACCOUNT_RESET = "access:account:reset"  # take a password away and give a new link to set one
    ACCOUNT_SET_UP = "access:account:set-up"  # choose a password by such a link; one's own everybody may
    ACCOUNT_SIGN_IN = "access:account:sign-in"  # open a session; everybody may try
    ACCOUNT_UNLOCK = "access:account:unlock"  # end the wait after too many wrong passwords
    ASSIGNMENT_END = "access:assignment:end"  # take a role back
    ASSIGNMENT_GRANT = "access:assignment:grant"  # give a role within a scope
    AUDIT_READ = "access:audit:read"  # read the audit chain
    FACTOR_ADD = "access:factor:add"  # set up a second factor; one's own everybody may
    FACTOR_REMOVE = "access:factor:remove"  # take one away, as when a phone is lost
    IDENTITY_LINK = "access:identity:link"  # bind an account to a person of the provider of sign-ins
    IDENTITY_UNLINK = "access:identity:unlink"  # undo such a binding
    PASSWORD_CHANGE = "access:password:change"  # choose another password; one's own everybody may
    SESSION_END = "access:session:end"  # sign a browser out from afar
    TOKEN_ISSUE = "access:token:issue"  # make a key for a machine; one's own everybody may
    TOKEN_REVOKE = "access:token:revoke"  # end such a key; one's own everybody may
    NEED_KEEP = "desk:need:keep"  # ask for help, take an action on, say that it is done or given up
    PUBLISHED_KEEP = "figures:published:keep"  # enter, correct and void figures that others have printed
    SNAPSHOT_FREEZE = "figures:snapshot:freeze"  # freeze the register to a snapshot
    TABLE_EXPORT = "figures:table:export"  # take a table away as a file
    TABLE_READ = "figures:table:read"  # see a table's cells
    COLLECTION_CREATE = "incidents:collection:create"  # open a collection
    INCIDENT_EXPORT = "incidents:incident:export"  # take records away as a file
    INCIDENT_LINK = "incidents:incident:link"  # say how two incidents belong together
    INCIDENT_READ = "incidents:incident:read"  # see that an incident is there, and its facts
    INCIDENT_REPORT = "incidents:incident:report"  # enter an incident
    INCIDENT_REVIEW = "incidents:incident:review"  # verify, hold, ask back, release, split, undo a decision
    INCIDENT_REVISE = "incidents:incident:revise"  # correct, withdraw or void
    INCIDENT_TELL = "incidents:incident:tell"  # write down who was told, next of kin above all
    RESTRICTED_READ = "incidents:restricted:read"  # read words, names and exact places
    TEXT_ERASE = "incidents:text:erase"  # erase words, names and places for good
    ATTACHMENT_ADD = "intake:attachment:add"  # attach a file to an incident
    ATTACHMENT_REMOVE = "intake:attachment:remove"  # erase an attached file for good
    BATCH_IMPORT = "intake:batch:import"  # take in a file
    BATCH_UNDO = "intake:batch:undo"  # undo an import
    MAPPING_SAVE = "intake:mapping:save"  # keep a column mapping
    ORIGINAL_ERASE = "intake:original:erase"  # erase an original for good
    ORIGINAL_READ = "intake:original:read"  # read what somebody sent, word for word
    REPORT_CODE = "intake:report:code"  # turn waiting reports into incidents: the worker's own
    ROW_MEND = "intake:row:mend"  # mend a held row
    ORGANISATION_CHANGE = "people:organisation:change"  # rename, place under another, close
    ORGANISATION_CREATE = "people:organisation:create"  # enter an organisation
    WORD_KEEP = "people:word:keep"  # keep an organisation's own words
