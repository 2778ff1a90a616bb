"""What people read: executed notebooks as pages (`page`), and all else (`build`)."""

from crosswave.report.site.index import About, PageLink, PageText, commit_of

__all__ = ["About", "PageLink", "PageText", "commit_of"]
