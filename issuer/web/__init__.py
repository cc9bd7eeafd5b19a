"""The pages, the embeds and the interface for programs."""
