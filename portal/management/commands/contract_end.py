"""`manage.py contract_end`: the day a contract ends and the last day its data is kept."""

import argparse
import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from retention.rules import contract_end
from retention.rules.facts_json import FACTS_HELP, FactsUnreadableError, as_answer, parse_facts


class Command(BaseCommand):
    """Print the verdict on given facts as one JSON object; reads no store."""

    help = FACTS_HELP
    requires_system_checks: list[str] = []

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Return the parser, with the help's lines kept as they are."""
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        return parser

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the facts."""
        parser.add_argument(
            "--facts", required=True, metavar="JSON", help="the facts, as described above"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Read the facts, judge them, print the verdict."""
        try:
            facts = parse_facts(options["facts"])
        except FactsUnreadableError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(json.dumps(as_answer(contract_end(facts))))
