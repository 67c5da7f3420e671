"""Settings: the stack file read, checked whole, and turned into the inputs of resources.

places          where a value is written, as a path for people
text_shapes     what a text must be, mostly as the service models say it
check           the check of one value, with what it takes for editors
strict          one value: text that must be quoted, accounts, dates, choices
fields          the kinds of fields that sections are made of
sections        the sections of a stack file
budget_sections a privacy budget, in a stack file and as inputs
reading         one entry of a section, with every finding in it at once
checks          what an account, a collaboration or a membership must fulfil by itself
budget_checks   what a privacy budget must fulfil, alone and beside others
cross_checks    what the entries of a whole stack file must fulfil together
yaml_file       one included file, with lines and without duplicate keys
matching        which files a pattern means
include         the files that a stack file includes
gathering       the entries of a section from all of these files
stack_file      the whole stack file
documents       sections as the inputs of resources, in one order
values          sections as the values that plans are made from
schema          what the files may say, as JSON Schema for editors
keys            keys made of names, for what is found
live_sections   what is live as sections whose plan is empty
live_budgets    privacy budgets that are live as sections
live_file       the entries of a whole stack file about what is live
yaml_writing    sections written as YAML
insertion       new entries put into a YAML file as text
input_sections  the inputs of resources as sections
inputs          the inputs of collaborations and memberships, made and read back
budget_inputs   the inputs of privacy budgets, made and read back
"""
