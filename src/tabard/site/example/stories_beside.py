"""The stories of others: aid workers of organisations, area staff, peacekeepers, health workers, third parties."""

from __future__ import annotations

from dataclasses import replace

from tabard.rules.facts import Margin, ObjectHarm, SourceClaim
from tabard.site.example.story import Step, Story, happened, harm, on, said


def stories_beside() -> tuple[Story, ...]:
    """All of them."""
    return (
        totals_only(),
        crowd_of_unknown_size(),
        at_least_five(),
        looted_convoy(),
        clinic(),
        ambulance(),
        school(),
        patrol(),
        long_held(),
    )


def totals_only() -> Story:
    """The source gives two counts and crosses nothing: the register does not either."""
    facts = happened(
        2019, 4, 30, "NGA", cause="armed_conflict", means="shelling", setting="camp", severity="high"
    )
    margins = (Margin(4, "total", ""), Margin(3, "org_type", "un"), Margin(1, "org_type", "ingo"))
    facts = replace(facts, actor="nsag_regional", certainty="probable", margins=margins)
    paper = SourceClaim("media", "C", 3, "probable", claims={"affected": 4})
    text = "A newspaper writes of four wounded, three of them from the United Nations and one from an organisation."
    return Story("totals-only", said(facts, "totals-only", text, "en", paper), on(2019, 5, 1), owner="")


def crowd_of_unknown_size() -> Story:
    """How many there were was never found out."""
    facts = happened(
        2019, 8, 28, "COD", cause="civil_unrest", means="mob", setting="health_facility", severity="moderate"
    )
    facts = replace(facts, actor="community", harm=(harm(None, "threatened", scope="ngo"),))
    facts = replace(facts, tags=(("medical", "personnel"), ("medical", "obstruction")))
    text = "Une équipe de vaccination a été menacée ; le nombre de personnes n'est pas connu."
    return Story("vaccination", said(facts, "vaccination", text, "fr"), on(2019, 8, 30), owner="ngo")


def at_least_five() -> Story:
    """At least five, says the source, and says no more."""
    facts = happened(
        2019, 1, 15, "YEM", cause="armed_conflict", means="aerial_bombardment", setting="warehouse"
    )
    injured = harm(5, "injured", scope="ngo", recruitment="local", n_basis="at_least", care=True)
    facts = replace(facts, severity="high", actor="foreign_forces", harm=(injured,), certainty="probable")
    facts = replace(facts, objects=(ObjectHarm(1, "supplies", ("destroyed",)),))
    text = "أُصيب خمسة عمّال إغاثة على الأقل في غارة قرب المستودع."
    return Story("warehouse", said(facts, "warehouse", text, "ar"), on(2019, 1, 17), owner="ngo")


def looted_convoy() -> Story:
    """Things, in units of things: a convoy, its vehicles, its load."""
    facts = happened(2019, 7, 19, "SSD", cause="crime", means="shooting", setting="convoy", severity="high")
    things = (
        ObjectHarm(1, "convoy", ("attacked", "looted")),
        ObjectHarm(3, "vehicle", ("stolen",)),
        ObjectHarm(None, "supplies", ("looted",), "unknown"),
    )
    facts = replace(facts, actor="criminal", context="ambush", objects=things)
    facts = replace(facts, harm=(harm(6, "robbed", scope="ngo", recruitment="local"),))
    text = "Six drivers were stopped; three lorries and the food they carried were taken."
    return Story("lorries", said(facts, "lorries", text), on(2019, 7, 20), owner="ngo")


def clinic() -> Story:
    """A health facility: its own people are of a scope of their own."""
    facts = happened(
        2019, 5, 6, "SYR", cause="armed_conflict", means="aerial_bombardment", setting="health_facility"
    )
    facts = replace(
        facts,
        severity="critical",
        tags=(("medical", "facility"), ("medical", "personnel"), ("programme", "closed")),
        harm=(
            harm(1, "died", scope="ngo", recruitment="local", gender="female", function="health_worker"),
            harm(2, "injured", scope="medical_local", org_type="government_health", care=True),
        ),
        objects=(ObjectHarm(1, "health_facility", ("attacked", "destroyed")),),
    )
    text = "قُصفت عيادة وقُتلت ممرضة وأُصيب اثنان من العاملين فيها."
    return Story("clinic", said(facts, "clinic", text, "ar"), on(2019, 5, 8), owner="ngo")


def ambulance() -> Story:
    """Transport of the wounded is stopped and turned back."""
    facts = happened(2019, 10, 3, "PSE", means="unknown", setting="checkpoint", severity="moderate")
    tags = (("medical", "transport"), ("medical", "obstruction"))
    facts = replace(facts, actor="foreign_forces", tags=tags)
    facts = replace(facts, harm=(harm(2, "harassed", scope="medical_local", function="ambulance_crew"),))
    return Story(
        "ambulance",
        said(facts, "ambulance", "مُنعت سيارة إسعاف من المرور لساعات.", "ar"),
        on(2019, 10, 4),
        owner="",
    )


def school() -> Story:
    """Area staff are outside the security management system, and are never added to it."""
    facts = happened(
        2019, 9, 16, "PSE", cause="civil_unrest", means="stones", setting="school", severity="moderate"
    )
    hurt = harm(
        1, "injured", scope="unrwa_area", recruitment="local", gender="female", function="teacher", care=True
    )
    facts = replace(facts, actor="community", harm=(hurt,))
    text = "أُصيبت معلّمة بحجر أمام المدرسة."
    return Story("school", said(facts, "school", text, "ar"), on(2019, 9, 17), owner="unrwa_area")


def patrol() -> Story:
    """Peacekeepers are reported elsewhere; the interpreter with them is civilian staff."""
    facts = happened(
        2019, 1, 25, "MLI", cause="terrorism", means="roadside_ied", setting="road", severity="critical"
    )
    dead = harm(2, "died", scope="uniformed", recruitment="international", on_duty=True)
    hurt = harm(
        1, "injured", recruitment="local", gender="male", function="interpreter", care=True, on_duty=True
    )
    facts = replace(facts, actor="nsag_regional", targeting="deliberate_un", harm=(dead, hurt))
    text = "Un engin explosif a touché une patrouille : deux militaires tués, un interprète blessé."
    return Story("patrol", said(facts, "patrol", text, "fr"), on(2019, 1, 26))


def long_held() -> Story:
    """Taken in one year, and still held in the next."""
    facts = happened(2018, 10, 30, "NGA", cause="terrorism", means="kidnapping", setting="project_site")
    taken = harm(1, "abducted", scope="ngo", recruitment="local", gender="female", function="health_worker")
    held = replace(taken, captor="non_state", held_24h=True, fate="held")
    facts = replace(facts, severity="critical", actor="nsag_regional", harm=(held,))
    free = replace(facts, harm=(replace(held, fate="released"),))
    text = "A midwife was taken from a clinic."
    step = Step(
        "revise",
        on(2020, 2, 11),
        said(free, "midwife", f"{text} She came home after fifteen months."),
        "late_verification",
    )
    return Story("midwife", said(facts, "midwife", text), on(2018, 11, 1), (step,), owner="ngo")
