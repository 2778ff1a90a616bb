"""What people read: executed notebooks as pages in `crosswave.site.page`, all else in `crosswave.site.build`."""

from crosswave.site.index import About, PageLink, PageText, commit_of

__all__ = ["About", "PageLink", "PageText", "commit_of"]
