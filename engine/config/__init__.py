"""Settings: declaration, loading, editing, JSON Schema."""
