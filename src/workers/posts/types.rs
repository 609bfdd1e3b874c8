//! What a post is.

use super::forms::PostInput;
use crate::agreements::AgreementId;
use crate::centers::CenterId;
use crate::clock::Date;
use crate::fields::Fields;
pub use crate::ids::{FillingId, PostId};
use crate::store::text_enum;
use crate::workers::{Qualification, WorkerId, WorkerKind};

text_enum!(
    /// Whether a post takes the whole of a working week.
    WorkingTime in "working_time" { Full = "full", Part = "part" }
);

/// A post with the days in which it is there.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Post {
    pub id: PostId,
    pub center_id: CenterId,
    pub agreement_id: AgreementId,
    pub title: String,
    pub kind: WorkerKind,
    /// The least that is asked for.
    pub qualification: Option<Qualification>,
    pub working_time: WorkingTime,
    pub opened_on: Date,
    /// The first day without it, where it was given up.
    pub ended_on: Option<Date>,
    /// The last day of its agreement in the center.
    pub agreed_to: Date,
    /// Grows with every change.
    pub version: i64,
    /// Who fills it or filled it, the first of them first.
    #[sqlx(skip)]
    pub fillings: Vec<Filling>,
}

/// Somebody's time in a post.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Filling {
    pub id: FillingId,
    pub post_id: PostId,
    pub worker_id: WorkerId,
    pub name: String,
    pub started_on: Date,
    /// The first day on which they fill it no more: another's first, or their first day away from the center.
    pub ended_on: Option<Date>,
}

impl Post {
    /// Whether this, and no more, is known of it.
    pub(super) fn is_known_as(&self, input: &PostInput) -> bool {
        (self.agreement_id, &self.title, self.kind) == (input.agreement, &input.title, input.kind)
            && (self.qualification, self.working_time) == (input.qualification, input.working_time)
            && self.opened_on == input.opened_on
    }

    /// As its form is filled.
    pub fn as_fields(&self) -> Fields {
        Fields::default()
            .with("agreement", self.agreement_id)
            .with("title", &self.title)
            .with("kind", self.kind)
            .with("qualification", self.qualification.map_or("", Qualification::code))
            .with("working_time", self.working_time)
            .with("opened_on", self.opened_on)
            .with("version", self.version)
    }
}

text_enum!(
    /// Where a post stands.
    PostState in "post_state" { Vacant = "vacant", Filled = "filled", Ended = "ended" }
);

text_enum!(
    /// The order of a list.
    PostOrder in "post_order" {
        Kind = "kind",
        /// What has been vacant longest, first.
        Vacant = "vacant",
    }
);

/// Which posts a list shows, and in what order; those that are there, where nothing is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PostsAsked {
    pub state: Option<PostState>,
    pub order: Option<PostOrder>,
}

impl PostsAsked {
    /// Fields `state order`; what is nonsense cuts nothing.
    pub fn read(fields: &Fields) -> Self {
        Self { state: fields.get("state").parse().ok(), order: fields.get("order").parse().ok() }
    }

    /// As it stands in an address and in a form.
    pub fn fields(&self) -> Vec<(&'static str, String)> {
        let parts = [
            ("state", self.state.map(|state| state.to_string())),
            ("order", self.order.map(|order| order.to_string())),
        ];
        parts.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }

    pub fn order(&self) -> PostOrder {
        self.order.unwrap_or(PostOrder::Kind)
    }

    /// Of all the center's posts those that are asked for, in order.
    pub fn cut(self, mut posts: Vec<Post>, today: Date) -> Vec<Post> {
        posts.retain(|post| match self.state {
            None => post.state(today) != PostState::Ended,
            Some(state) => post.state(today) == state,
        });
        if self.order() == PostOrder::Vacant {
            posts.sort_by_key(|post| post.vacant_since(today).map_or((1, post.opened_on), |since| (0, since)));
        }
        posts
    }
}
