"""`gendash build`: Catalog -> dashboards, rules, provisioning, SQL; the comparison of dashboards."""
