"""Names under which documents are kept in the store."""

COLLABORATION = "collaboration"
MEMBERSHIP = "membership"
CHANGE_REQUEST = "change_request"
TAGS = "tags"
QUOTA = "quota"

MEMBERSHIP_CHILDREN = (
    "configured_table_association",
    "analysis_template",
    "privacy_budget_template",
    "id_mapping_table",
    "id_namespace_association",
    "configured_audience_model_association",
    "intermediate_table",
)
"""Kinds whose documents carry the `membershipId` they hang under."""
