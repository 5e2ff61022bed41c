"""The sector database: schools, people, classes, subjects, marks and frozen records.

    school = queries.school_by_code(session, "31-11311-01")
    six_a = queries.school_class(session, school.id, "2025-2026", "6A1")
    marks = registers.read(session, vault, school.id, six_a.id)

Start with `models` (what there is), then `setup` (how it comes in), `queries` (how one school
reads it), `registers` (marks as events) and `private` (what only a few may see). `names`,
`birth_dates`, `places`, `codes` and `school_year` are values with one form each. `assessment` and
`sheets` are pure rules and Excel files.
"""
