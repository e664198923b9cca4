"""What names, references and values show: `prefixes` and `links` of tables, `elsewhere` what another table gives.

`beside`, `in_json` and `in_json_people` read JSON, `comments` and `ended` what codes mean.
"""
