"""Settings to the wired application; the one module that names adapters."""
