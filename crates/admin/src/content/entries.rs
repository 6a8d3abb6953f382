//! The operations of pages and posts. Rule: they are the same for both, so each is written once; what differs is the words.

use commerce::content::Listing;
use domain::content::{Status, label_key};
use domain::fields::{FieldErrors, Fields};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::fields::search_query;

/// Which entries to list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Filter {
    /// Only those that stand so.
    #[param(required = false, value_type = String, pattern = "^(draft|scheduled|published|withdrawn)$", example = "draft")]
    status: Option<String>,
    /// Only those with these words in their title.
    #[param(required = false, value_type = String, max_length = 100, example = "about")]
    query: Option<String>,
}

impl Filter {
    pub(super) fn parse(self) -> Result<Listing, FieldErrors> {
        let mut fields = Fields::default();
        let status = self.status.and_then(|word| {
            let status = Status::parse(&word);
            if status.is_none() {
                fields.refuse("status", "Must be one of draft, scheduled, published, withdrawn.");
            }
            status
        });
        let query = search_query(&mut fields, self.query);
        fields.finish()?;
        Ok(Listing { status, title_key: query.map(|query| label_key(&query)) })
    }
}

/// Writes the operations of one kind. `$path` and the others are literals, for the document is made of literals.
macro_rules! entry_operations {
    (
        kind: $kind:ident, tag: $tag:literal, body: $Body:ident, new: $New:ident, patch: $Patch:ident, revision: $Revision:ident,
        all: $all:literal, one: $one:literal, publish: $publish:literal, unpublish: $unpublish:literal,
        revisions: $revisions:literal, revision_path: $revision_path:literal, restore: $restore:literal,
        preview: $preview:literal, id: $id:literal,
        ids: [$list_id:literal $create_id:literal $show_id:literal $change_id:literal $delete_id:literal $publish_id:literal
            $unpublish_id:literal $revisions_id:literal $revision_id:literal $restore_id:literal $preview_id:literal],
        summaries: [$list_doc:literal $create_doc:literal $show_doc:literal $change_doc:literal $delete_doc:literal
            $publish_doc:literal $unpublish_doc:literal $revisions_doc:literal $revision_doc:literal $restore_doc:literal
            $preview_doc:literal],
    ) => {
        use axum::Json;
        use axum::extract::State;
        use axum::http::StatusCode;
        use commerce::Commerce;
        use commerce::content::{self, EntryView};
        use domain::content::EntryKind;
        use domain::ids::{EntryId, RevisionId};
        use domain::problem::Problem;
        use marzipan_http::openapi::{
            Always, BadBody, Conflict, Forbidden, IdempotencyKeyParam, Idempotent, IfMatchParam, Invalid, NotFound,
            PreconditionFailed, Unauthenticated,
        };
        use marzipan_http::{
            ApiError, ETag, JsonBody, ListBody, OptionalJsonBody, Paging, PagingParams, Segment, Preconditions, Query,
        };

        use super::bodies::{
            $Body, $New, $Patch, $Revision, EntryItem, NewPreviewBody, PreviewTokenBody, PublishBody, RevisionItem,
            UnpublishBody,
        };
        use super::entries::Filter;
        use crate::bodies::{DataBody, page};
        use crate::identity::{ContentRead, ContentWrite, Staff};

        const KIND: EntryKind = EntryKind::$kind;

        fn answer(view: EntryView) -> (ETag, Json<DataBody<$Body>>) {
            (ETag::of_version(view.head.version), Json(DataBody::of(view)))
        }

        #[doc = $list_doc]
        ///
        /// The last published first, then the drafts, the newest first.
        #[utoipa::path(
            get, path = $all, tag = $tag, operation_id = $list_id, security(("adminAuth" = [])),
            params(Filter, PagingParams),
            responses(
                (status = 200, description = "A page of them.", body = ListBody<EntryItem>),
                Unauthenticated, Forbidden, Invalid, Always,
            )
        )]
        pub(crate) async fn list(
            Staff { who, .. }: Staff<ContentRead>,
            State(commerce): State<Commerce>,
            Query(filter): Query<Filter>,
            paging: Paging,
        ) -> Result<ListBody<EntryItem>, ApiError> {
            let listing = filter.parse()?;
            let (heads, total) =
                content::entries(&commerce, &who.shop, KIND, listing, paging.offset(), paging.limit())
                    .await
                    .map_err(Problem::from)?;
            Ok(page(&paging, heads, total))
        }

        #[doc = $create_doc]
        ///
        /// A draft, unless its status is `published`.
        #[utoipa::path(
            post, path = $all, tag = $tag, operation_id = $create_id, security(("adminAuth" = [])),
            params(IdempotencyKeyParam), request_body = $New,
            responses(
                (status = 201, description = "Added.", body = DataBody<$Body>,
                    headers(("ETag" = String, description = "The version."))),
                BadBody, Unauthenticated, Forbidden, Idempotent, Conflict, Invalid, Always,
            )
        )]
        pub(crate) async fn create(
            Staff { who, .. }: Staff<ContentWrite>,
            State(commerce): State<Commerce>,
            JsonBody(body): JsonBody<$New>,
        ) -> Result<(StatusCode, (ETag, Json<DataBody<$Body>>)), ApiError> {
            let (form, plan) = body.parse()?;
            let view = content::create_entry(&commerce, &who.shop, who.actor, KIND, form, plan)
                .await
                .map_err(Problem::from)?;
            Ok((StatusCode::CREATED, answer(view)))
        }

        #[doc = $show_doc]
        ///
        /// With its draft. `ETag` is the version, for the `If-Match` of a change.
        #[utoipa::path(
            get, path = $one, tag = $tag, operation_id = $show_id, security(("adminAuth" = [])),
            params(($id = String, Path, description = "Its id.", format = Uuid)),
            responses(
                (status = 200, description = "It is this.", body = DataBody<$Body>,
                    headers(("ETag" = String, description = "The version."))),
                Unauthenticated, Forbidden, NotFound, Always,
            )
        )]
        pub(crate) async fn show(
            Staff { who, .. }: Staff<ContentRead>,
            State(commerce): State<Commerce>,
            Segment(id): Segment<EntryId>,
        ) -> Result<(ETag, Json<DataBody<$Body>>), ApiError> {
            let view = content::find_entry(&commerce, &who.shop, KIND, id).await.map_err(Problem::from)?;
            Ok(answer(view))
        }

        #[doc = $change_doc]
        ///
        /// Changes the draft only, but for the slug: what is shown stays until the draft is published. Each change is kept as a
        /// revision. With `If-Match` it is refused if somebody else made one since.
        #[utoipa::path(
            patch, path = $one, tag = $tag, operation_id = $change_id, security(("adminAuth" = [])),
            params(($id = String, Path, description = "Its id.", format = Uuid), IfMatchParam),
            request_body = $Patch,
            responses(
                (status = 200, description = "As it is now.", body = DataBody<$Body>,
                    headers(("ETag" = String, description = "The version."))),
                BadBody, Unauthenticated, Forbidden, NotFound, Conflict, PreconditionFailed, Invalid, Always,
            )
        )]
        pub(crate) async fn change(
            Staff { who, .. }: Staff<ContentWrite>,
            State(commerce): State<Commerce>,
            Segment(id): Segment<EntryId>,
            preconditions: Preconditions,
            JsonBody(patch): JsonBody<$Patch>,
        ) -> Result<(ETag, Json<DataBody<$Body>>), ApiError> {
            let version = preconditions.expected_version()?;
            let view =
                content::change_entry(&commerce, &who.shop, who.actor, KIND, id, version, patch.into())
                    .await
                    .map_err(Problem::from)?;
            Ok(answer(view))
        }

        #[doc = $delete_doc]
        ///
        /// With all its revisions and preview tokens.
        #[utoipa::path(
            delete, path = $one, tag = $tag, operation_id = $delete_id, security(("adminAuth" = [])),
            params(($id = String, Path, description = "Its id.", format = Uuid), IfMatchParam),
            responses(
                (status = 204, description = "Deleted."),
                Unauthenticated, Forbidden, NotFound, PreconditionFailed, Always,
            )
        )]
        pub(crate) async fn delete(
            Staff { who, .. }: Staff<ContentWrite>,
            State(commerce): State<Commerce>,
            Segment(id): Segment<EntryId>,
            preconditions: Preconditions,
        ) -> Result<StatusCode, ApiError> {
            let version = preconditions.expected_version()?;
            content::delete_entry(&commerce, &who.shop, who.actor, KIND, id, version)
                .await
                .map_err(Problem::from)?;
            Ok(StatusCode::NO_CONTENT)
        }

        #[doc = $publish_doc]
        ///
        /// Shows the draft, at once or from `publishedAt` on, until `withdrawAt`. Takes the place of what was planned before; what
        /// is shown meanwhile goes on being shown.
        #[utoipa::path(
            post, path = $publish, tag = $tag, operation_id = $publish_id, security(("adminAuth" = [])),
            params(($id = String, Path, description = "Its id.", format = Uuid), IfMatchParam),
            request_body(content = PublishBody, description = "May be left out."),
            responses(
                (status = 200, description = "As it is now.", body = DataBody<$Body>,
                    headers(("ETag" = String, description = "The version."))),
                BadBody, Unauthenticated, Forbidden, NotFound, PreconditionFailed, Invalid, Always,
            )
        )]
        pub(crate) async fn publish(
            Staff { who, .. }: Staff<ContentWrite>,
            State(commerce): State<Commerce>,
            Segment(id): Segment<EntryId>,
            preconditions: Preconditions,
            OptionalJsonBody(body): OptionalJsonBody<PublishBody>,
        ) -> Result<(ETag, Json<DataBody<$Body>>), ApiError> {
            let (version, plan) = (preconditions.expected_version()?, body.parse()?);
            let view = content::publish_entry(&commerce, &who.shop, who.actor, KIND, id, version, plan)
                .await
                .map_err(Problem::from)?;
            Ok(answer(view))
        }

        #[doc = $unpublish_doc]
        ///
        /// At once, or at `withdrawAt`. The draft stays.
        #[utoipa::path(
            post, path = $unpublish, tag = $tag, operation_id = $unpublish_id, security(("adminAuth" = [])),
            params(($id = String, Path, description = "Its id.", format = Uuid), IfMatchParam),
            request_body(content = UnpublishBody, description = "May be left out."),
            responses(
                (status = 200, description = "As it is now.", body = DataBody<$Body>,
                    headers(("ETag" = String, description = "The version."))),
                BadBody, Unauthenticated, Forbidden, NotFound, PreconditionFailed, Invalid, Always,
            )
        )]
        pub(crate) async fn unpublish(
            Staff { who, .. }: Staff<ContentWrite>,
            State(commerce): State<Commerce>,
            Segment(id): Segment<EntryId>,
            preconditions: Preconditions,
            OptionalJsonBody(body): OptionalJsonBody<UnpublishBody>,
        ) -> Result<(ETag, Json<DataBody<$Body>>), ApiError> {
            let (version, at) = (preconditions.expected_version()?, body.parse()?);
            let view = content::withdraw_entry(&commerce, &who.shop, who.actor, KIND, id, version, at)
                .await
                .map_err(Problem::from)?;
            Ok(answer(view))
        }

        #[doc = $revisions_doc]
        ///
        /// The newest first. The last fifty are kept, and those that are shown or will be.
        #[utoipa::path(
            get, path = $revisions, tag = $tag, operation_id = $revisions_id, security(("adminAuth" = [])),
            params(($id = String, Path, description = "Its id.", format = Uuid)),
            responses(
                (status = 200, description = "The revisions.", body = DataBody<Vec<RevisionItem>>),
                Unauthenticated, Forbidden, NotFound, Always,
            )
        )]
        pub(crate) async fn revisions(
            Staff { who, .. }: Staff<ContentRead>,
            State(commerce): State<Commerce>,
            Segment(id): Segment<EntryId>,
        ) -> Result<Json<DataBody<Vec<RevisionItem>>>, ApiError> {
            let found = content::revisions(&commerce, &who.shop, KIND, id).await.map_err(Problem::from)?;
            Ok(Json(DataBody { data: found.into_iter().map(RevisionItem::from).collect() }))
        }

        #[doc = $revision_doc]
        #[utoipa::path(
            get, path = $revision_path, tag = $tag, operation_id = $revision_id, security(("adminAuth" = [])),
            params(
                ($id = String, Path, description = "Its id.", format = Uuid),
                ("revisionId" = String, Path, description = "The revision's id.", format = Uuid),
            ),
            responses(
                (status = 200, description = "The revision.", body = DataBody<$Revision>),
                Unauthenticated, Forbidden, NotFound, Always,
            )
        )]
        pub(crate) async fn revision(
            Staff { who, .. }: Staff<ContentRead>,
            State(commerce): State<Commerce>,
            Segment(id): Segment<EntryId>,
            Segment(revision): Segment<RevisionId, 1>,
        ) -> Result<Json<DataBody<$Revision>>, ApiError> {
            let found = content::find_revision(&commerce, &who.shop, KIND, id, revision)
                .await
                .map_err(Problem::from)?;
            Ok(Json(DataBody::of(found)))
        }

        #[doc = $restore_doc]
        ///
        /// Makes what it says the draft again, as a new revision. What is shown stays.
        #[utoipa::path(
            post, path = $restore, tag = $tag, operation_id = $restore_id, security(("adminAuth" = [])),
            params(
                ($id = String, Path, description = "Its id.", format = Uuid),
                ("revisionId" = String, Path, description = "The revision's id.", format = Uuid),
                IfMatchParam,
            ),
            responses(
                (status = 200, description = "As it is now.", body = DataBody<$Body>,
                    headers(("ETag" = String, description = "The version."))),
                Unauthenticated, Forbidden, NotFound, PreconditionFailed, Always,
            )
        )]
        pub(crate) async fn restore(
            Staff { who, .. }: Staff<ContentWrite>,
            State(commerce): State<Commerce>,
            Segment(id): Segment<EntryId>,
            Segment(revision): Segment<RevisionId, 1>,
            preconditions: Preconditions,
        ) -> Result<(ETag, Json<DataBody<$Body>>), ApiError> {
            let version = preconditions.expected_version()?;
            let view =
                content::restore_revision(&commerce, &who.shop, who.actor, KIND, id, version, revision)
                    .await
                    .map_err(Problem::from)?;
            Ok(answer(view))
        }

        #[doc = $preview_doc]
        ///
        /// Whoever holds it sees the draft on the storefront until it expires. It is shown this once.
        #[utoipa::path(
            post, path = $preview, tag = $tag, operation_id = $preview_id, security(("adminAuth" = [])),
            params(($id = String, Path, description = "Its id.", format = Uuid), IdempotencyKeyParam),
            request_body(content = NewPreviewBody, description = "May be left out."),
            responses(
                (status = 201, description = "Issued.", body = DataBody<PreviewTokenBody>),
                BadBody, Unauthenticated, Forbidden, NotFound, Idempotent, Conflict, Invalid, Always,
            )
        )]
        pub(crate) async fn preview(
            Staff { who, .. }: Staff<ContentWrite>,
            State(commerce): State<Commerce>,
            Segment(id): Segment<EntryId>,
            OptionalJsonBody(body): OptionalJsonBody<NewPreviewBody>,
        ) -> Result<(StatusCode, Json<DataBody<PreviewTokenBody>>), ApiError> {
            let expires_at = body.parse()?;
            let token =
                content::issue_preview_token(&commerce, &who.shop, who.actor, KIND, id, expires_at)
                    .await
                    .map_err(Problem::from)?;
            Ok((StatusCode::CREATED, Json(DataBody::of(token))))
        }
    };
}

pub(super) use entry_operations;
