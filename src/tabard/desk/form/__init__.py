"""The report form as data: what was typed, read into facts; facts, filled into the form; two edits made one."""
