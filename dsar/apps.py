"""Rights requests."""

from django.apps import AppConfig


class DsarConfig(AppConfig):
    """Rights requests."""

    name = "dsar"
    label = "dsar"

    def ready(self) -> None:
        """Register the source, and the check that keeps what is being answered from being
        erased.
        """
        from dsar.intake_queries import list_own_subjects
        from dsar.operations.recipients import tell_recipients
        from dsar.ports import register_recipients
        from dsar.queries import (
            list_case_periods,
            list_waiting,
            refuse_erasure_while_answering,
            refuse_objected,
        )
        from dsar.source import DsarSource
        from records.access.registry import register_check, register_source
        from retention.ports import (
            register_hold_source,
            register_period_source,
            register_subject_source,
        )

        register_source(DsarSource())
        register_recipients(tell_recipients)
        register_subject_source("dsar", list_own_subjects)
        register_hold_source("dsar", list_waiting)
        register_period_source("case", list_case_periods)
        register_check("dsar.request_pending", refuse_erasure_while_answering)
        register_check("dsar.objection", refuse_objected)
