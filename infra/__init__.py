"""HOW the platform comes about: the Pulumi program. One component resource per topic, named as in `stacks/`."""
