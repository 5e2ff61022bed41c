"""What every part of the server stands on, and what knows nothing of schools.

    settings = config.load()
    with open_database(settings) as database, database.transaction("freeze") as session:
        ...

| File | Guarantees |
|---|---|
| `config` | settings come from the environment, once, checked |
| `errors`, `messages` | an expected failure has a code, a place, a sentence and an exit status |
| `db` | one action is one transaction, with the rights of the application's role |
| `postgres` | the embedded server runs while somebody uses it |
| `jobs` | work after the commit happens, perhaps twice |
| `vault`, `blobs` | personal data lie encrypted, and are gone when their key is |
| `audit` | deeds are noted, people are not |
| `text` | text has one Unicode form |
| `clock`, `failpoints` | time is an argument; a test can cut the power anywhere |

Import the module you need; this package has no door of its own, since `config` and `errors` are
wanted without a database.
"""
