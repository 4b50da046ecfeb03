"""What alembic says is pending: ``alembic_pending.py FOLDER JSON``.

The JSON is a list of lists: for each the rows of a version table. So is what
is printed: for each the pending revisions and their titles, the last one first,
or null where alembic knows not what to do.
"""

import json
import sys
import warnings

from alembic.script import ScriptDirectory
from alembic.script.revision import RevisionError

if __name__ == "__main__":
    warnings.simplefilter("ignore")
    scripts = ScriptDirectory(sys.argv[1])
    answers: list[list[list[str]] | None] = []
    for rows in json.loads(sys.argv[2]):
        try:
            pending = scripts.iterate_revisions(
                "heads", tuple(rows) or "base", implicit_base=True
            )
            answers.append([[each.revision, each.doc] for each in pending])
        except RevisionError:
            answers.append(None)
    print(json.dumps(answers))
