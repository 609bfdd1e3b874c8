//! Making the text for the center's WeChat account out of what is written down.

use super::queries;
use super::rules::{self, LeftOut, SecretNames};
use super::types::WechatOmission;
use crate::activities::{Session, SessionStatus};
use crate::auth::Coordinator;
use crate::check_in;
use crate::error::{Error, Result};
use crate::store::Conn;
use crate::web::{Lang, filters};

/// What can be pasted into the account's editor: in Chinese, whoever makes it.
#[derive(Clone, Debug)]
pub struct WechatText {
    pub title: String,
    pub text: String,
    /// What of title and summary does not stand there, for whoever reads it over.
    pub left_out: Vec<LeftOut>,
}

impl WechatText {
    /// Characters of the text.
    pub fn length(&self) -> usize {
        self.text.chars().count()
    }
}

/// The text of a session that is closed. Neither the center's own name nor that of a kind of service is looked through.
///
/// # Errors
/// `Refused("session_still_open")`, `Refused("session_confidential")`.
pub async fn wechat(by: &Coordinator, conn: &mut Conn, session: &Session) -> Result<WechatText> {
    if session.status != SessionStatus::Completed {
        return Err(Error::refused("session_still_open"));
    }
    if session.title.is_confidential() {
        return Err(Error::refused("session_confidential"));
    }
    let names = SecretNames::of(queries::name_keys(by, conn, session.center_id).await?);
    let visits = check_in::queries::counts(conn, session.id).await?.visits();
    let minutes = queries::served_minutes(conn, session.id).await?;
    let key = if minutes > 0 { "wechat.opening_served" } else { "wechat.opening" };
    let values = [("center", session.center.clone()), ("n", visits.to_string()), ("minutes", minutes.to_string())];
    let opening = Lang::Zh.with(key, values);
    let (text, mut left_out) = rules::compose(&opening, session.summary.as_deref().unwrap_or_default(), &names);
    let mut title = session.title.pick(Lang::Zh);
    if names.stand_in(title) {
        left_out.insert(0, LeftOut { sentence: title.to_owned(), why: WechatOmission::Name });
        title = &session.title.kind;
    }
    let title = format!("{title} · {}", filters::long_day(Lang::Zh, session.local_date.0));
    Ok(WechatText { title, text, left_out })
}
