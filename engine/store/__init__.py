"""`gendash db`: migrate, roles, lease, audits, metrics, uninstall; refresh/ inside."""
