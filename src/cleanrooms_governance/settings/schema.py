"""What a stack file and an included file may say, as JSON Schema, for editors that help while somebody types.

Made from the sections themselves. It takes every valid file; what one value cannot show, such as an account that is under no
``accounts``, only reading the file can find.
"""

from typing import Annotated, Any

from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_camel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from cleanrooms_governance.settings import fields
from cleanrooms_governance.settings.check import takes
from cleanrooms_governance.settings.fields import Section
from cleanrooms_governance.settings.sections import AccountSection, AuditSection, CollaborationSection, MembershipSection
from cleanrooms_governance.settings.stack_file import NAMESPACE, OnWaiting

DIALECT = "http://json-schema.org/draft-07/schema#"
"""The newest one that editors know everywhere."""


@takes(type="string", minLength=1, examples=["collaborations/*.yaml"])
def _pattern(value: object) -> object:
    return value


class IncludedFile(Section):
    """A file that a stack file includes: accounts, collaborations and memberships, without a prefix."""

    accounts: dict[fields.Account, AccountSection] = Field(
        default_factory=dict, description="the accounts by their ids in quotes, with the credentials of those that you hold"
    )
    collaborations: dict[fields.EntryKey, CollaborationSection] = Field(
        default_factory=dict, description="the collaborations that this stack governs as their creator, by a key of your own"
    )
    memberships: dict[fields.EntryKey, MembershipSection] = Field(
        default_factory=dict, description="the memberships of accounts that you hold, by a key of your own"
    )


class StackFile(IncludedFile):
    """What a stack file says of this program."""

    model_config = ConfigDict(alias_generator=lambda name: f"{NAMESPACE}:{to_camel(name)}")

    include: list[Annotated[str, _pattern]] = Field(
        default_factory=list,
        description="the files that belong to this one, as patterns relative to the project folder, such"
        " as collaborations/*.yaml",
    )
    audit: AuditSection | None = Field(default=None, description="where every writing call is noted in a line of JSON")
    on_waiting: OnWaiting = Field(
        default=OnWaiting.REPORT,
        description="`report`, or `fail` to let a run that ends with something still waiting for others fail",
    )


def stack_file_schema() -> dict[str, Any]:
    """Return the schema of a stack file; other namespaces, and what else the engine keeps in it, are left alone."""
    own = _schema(StackFile)
    definitions = own.pop("$defs")
    known = "|".join(sorted(name.partition(":")[2] for name in own["properties"]))
    return {
        "$schema": DIALECT,
        "title": "Stack file of cleanrooms-governance",
        "type": "object",
        "properties": {
            "config": {
                "description": "The configuration of the stack.",
                "type": "object",
                "properties": own["properties"],
                "patternProperties": {f"^{NAMESPACE}:(?!({known})$)": False},
            }
        },
        "$defs": definitions,
    }


def included_file_schema() -> dict[str, Any]:
    """Return the schema of a file that a stack file includes."""
    return {"$schema": DIALECT, "title": "Included file of cleanrooms-governance", **_schema(IncludedFile)}


def _schema(model: type[Section]) -> dict[str, Any]:
    return model.model_json_schema(by_alias=True, schema_generator=_ForEditors)


class _ForEditors(GenerateJsonSchema):
    """Leaves out what would be noise in an editor, and what pydantic takes and a stack file does not."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        """Return what a key takes that may be absent: it may not be there without a value."""
        return self.generate_inner(schema["schema"])

    def frozenset_schema(self, schema: core_schema.FrozenSetSchema) -> JsonSchemaValue:
        """Return a list: repetitions mean nothing, so they are no mistake."""
        said = super().frozenset_schema(schema)
        said.pop("uniqueItems")
        return said

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        """Return a mapping in which a key that cannot be is told as such."""
        said = {"type": "object", "additionalProperties": self.generate_inner(schema["values_schema"])}
        return said | {"propertyNames": self.generate_inner(schema["keys_schema"])}

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """Return a value with what it is where it is absent, if that is more than nothing."""
        said = super().default_schema(schema)
        if not said.get("default"):
            said.pop("default", None)
        return said

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Give no titles: they would be the keys in other words."""
        return False

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        """Return a section, whose keys are described in sentences."""
        said = super().model_schema(schema)
        said.pop("title", None)
        said["properties"] = {key: _described(value) for key, value in said.get("properties", {}).items()}
        return said

    def enum_schema(self, schema: core_schema.EnumSchema) -> JsonSchemaValue:
        """Return the values of an enumeration."""
        said = super().enum_schema(schema)
        said.pop("title", None)
        return said


def _described(value: JsonSchemaValue) -> JsonSchemaValue:
    """Return what a key takes, described in a sentence; beside a reference the dialect would read no description."""
    text = value.pop("description", "")
    reference = {"allOf": [{"$ref": value.pop("$ref")}]} if "$ref" in value else {}
    return {"description": f"{text[:1].upper()}{text[1:]}.", **reference, **value}
