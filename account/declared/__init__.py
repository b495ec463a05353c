"""The declaration, topic by topic, as facts of a picture; the topics are those of `infra/`."""
