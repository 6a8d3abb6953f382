//! /posts: its operations are those of `entries`.

super::entries::entry_operations! {
    kind: Post, tag: "Posts", body: PostBody, new: NewPostBody, patch: PostPatch, revision: PostRevisionBody,
    all: "/posts", one: "/posts/{postId}", publish: "/posts/{postId}/publish", unpublish: "/posts/{postId}/unpublish",
    revisions: "/posts/{postId}/revisions", revision_path: "/posts/{postId}/revisions/{revisionId}",
    restore: "/posts/{postId}/revisions/{revisionId}/restore", preview: "/posts/{postId}/preview-tokens", id: "postId",
    ids: ["listPosts" "createPost" "showPost" "changePost" "deletePost" "publishPost" "unpublishPost" "listPostRevisions"
        "showPostRevision" "restorePostRevision" "issuePostPreviewToken"],
    summaries: ["List posts." "Add a post." "Show a post." "Change a post." "Delete a post." "Publish a post."
        "Withdraw a post." "List a post's revisions." "Show a post's revision." "Restore a post's revision."
        "Issue a preview token for a post."],
}
