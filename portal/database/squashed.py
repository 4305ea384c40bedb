"""A migration that makes many tables at once."""

from __future__ import annotations

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import Migration
from django.db.migrations.state import ProjectState


class Squashed(Migration):
    """Builds the models of all its operations once, where Django builds each and all related to it after each of them.

    That is most of the time that many tables take. It suits CreateModel and RunSQL: none of them needs the models as
    they are between two operations. Tables and the record of what was applied come in one transaction: a start that is
    killed has both or neither.
    """

    def apply(
        self, project_state: ProjectState, schema_editor: BaseDatabaseSchemaEditor, collect_sql: bool = False
    ) -> ProjectState:
        project_state.__dict__.pop("apps", None)  # the models, which are built anew when they are asked for
        before = project_state.clone()
        self.mutate_state(project_state, preserve=False)
        for operation in self.operations:
            operation.database_forwards(self.app_label, schema_editor, before, project_state)
        while schema_editor.deferred_sql:  # after which Django would commit before it writes the record
            schema_editor.execute(schema_editor.deferred_sql.pop(0), None)
        return project_state
