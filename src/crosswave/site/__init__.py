"""The pages that people read: an index of them all here, one per executed notebook in `crosswave.site.page`."""

from crosswave.site.index import About, PageLink, ResultLink, build_site, commit_of

__all__ = ["About", "PageLink", "ResultLink", "build_site", "commit_of"]
