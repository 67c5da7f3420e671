"""The command `crgov schema`."""

import click

from cleanrooms_governance.cli import options, output


@click.command(short_help="Print the JSON Schema of stack files, for editors.")
@click.option("--include", "included", is_flag=True, help="That of the files which a stack file includes.")
@options.as_json
def schema(included: bool, as_json: bool) -> int:
    """Print what a stack file may say, as JSON Schema: an editor then completes keys, explains them and marks what cannot be.

    For an editor with the YAML language server, write it into a file beside the stack files and begin each of them with
    `# yaml-language-server: $schema=./schema.json`. It is always JSON, so `--json` changes nothing.
    """
    from cleanrooms_governance.settings.schema import included_file_schema, stack_file_schema

    output.write_json(included_file_schema() if included else stack_file_schema())
    return 0
