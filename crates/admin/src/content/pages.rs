//! /pages: its operations are those of `entries`.

super::entries::entry_operations! {
    kind: Page, tag: "Pages", body: PageBody, new: NewPageBody, patch: PagePatch, revision: PageRevisionBody,
    all: "/pages", one: "/pages/{pageId}", publish: "/pages/{pageId}/publish", unpublish: "/pages/{pageId}/unpublish",
    revisions: "/pages/{pageId}/revisions", revision_path: "/pages/{pageId}/revisions/{revisionId}",
    restore: "/pages/{pageId}/revisions/{revisionId}/restore", preview: "/pages/{pageId}/preview-tokens", id: "pageId",
    ids: ["listPages" "createPage" "showPage" "changePage" "deletePage" "publishPage" "unpublishPage" "listPageRevisions"
        "showPageRevision" "restorePageRevision" "issuePagePreviewToken"],
    summaries: ["List pages." "Add a page." "Show a page." "Change a page." "Delete a page." "Publish a page."
        "Withdraw a page." "List a page's revisions." "Show a page's revision." "Restore a page's revision."
        "Issue a preview token for a page."],
}
