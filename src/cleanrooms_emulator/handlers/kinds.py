"""Names under which documents are kept in the store."""

COLLABORATION = "collaboration"
MEMBERSHIP = "membership"
CHANGE_REQUEST = "change_request"
CONFIGURED_TABLE = "configured_table"
CONFIGURED_TABLE_ASSOCIATION = "configured_table_association"
ANALYSIS_TEMPLATE = "analysis_template"
INTERMEDIATE_TABLE = "intermediate_table"
PRIVACY_BUDGET_TEMPLATE = "privacy_budget_template"
PROTECTED_QUERY = "protected_query"
PROTECTED_JOB = "protected_job"
ANALYSIS_LOG_EXPORT = "analysis_log_export"
CONFIGURED_MODEL_ALGORITHM = "configured_model_algorithm"
CONFIGURED_MODEL_ALGORITHM_ASSOCIATION = "configured_model_algorithm_association"
ML_INPUT_CHANNEL = "ml_input_channel"
ML_CONFIGURATION = "ml_configuration"
TRAINED_MODEL = "trained_model"
TRAINED_MODEL_INFERENCE_JOB = "trained_model_inference_job"
TAGS = "tags"
QUOTA = "quota"

MEMBERSHIP_CHILDREN = (
    CONFIGURED_TABLE_ASSOCIATION,
    ANALYSIS_TEMPLATE,
    INTERMEDIATE_TABLE,
    PRIVACY_BUDGET_TEMPLATE,
    CONFIGURED_MODEL_ALGORITHM_ASSOCIATION,
    ML_INPUT_CHANNEL,
)
"""Kinds whose documents carry the `membershipId` they hang under, and keep the membership from being deleted."""
