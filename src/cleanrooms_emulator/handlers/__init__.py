"""What the service does: a package for each area of the API, whose modules register the operations they answer."""

from cleanrooms_emulator.handlers import tags
from cleanrooms_emulator.handlers.analyses import log_exports, protected_jobs, protected_queries
from cleanrooms_emulator.handlers.budgets import budgets, collaboration_templates
from cleanrooms_emulator.handlers.budgets import templates as budget_templates
from cleanrooms_emulator.handlers.change_requests import change_requests
from cleanrooms_emulator.handlers.collaborations import collaborations, members
from cleanrooms_emulator.handlers.machine_learning import (
    algorithm_associations,
    configured_model_algorithms,
    inference_jobs,
    ml_configurations,
    ml_input_channels,
    model_views,
    trained_models,
)
from cleanrooms_emulator.handlers.memberships import memberships
from cleanrooms_emulator.handlers.tables import (
    analysis_templates,
    association_rules,
    associations,
    collaboration_analysis_templates,
    configured_table_rules,
    configured_tables,
    intermediate_rules,
    intermediate_tables,
    population,
    schema_rules,
    schemas,
)

__all__ = [
    "algorithm_associations",
    "analysis_templates",
    "association_rules",
    "associations",
    "budget_templates",
    "budgets",
    "change_requests",
    "collaboration_analysis_templates",
    "collaboration_templates",
    "collaborations",
    "configured_model_algorithms",
    "configured_table_rules",
    "configured_tables",
    "inference_jobs",
    "intermediate_rules",
    "intermediate_tables",
    "log_exports",
    "members",
    "memberships",
    "ml_configurations",
    "ml_input_channels",
    "model_views",
    "population",
    "protected_jobs",
    "protected_queries",
    "schema_rules",
    "schemas",
    "tags",
    "trained_models",
]
