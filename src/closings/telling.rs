//! Making the text for the center's WeChat account out of what is written down.

use super::queries;
use super::rules::{self, LeftOut, SecretNames};
use super::types::{SessionPhoto, WechatOmission};
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
    /// All of the session's, the first first.
    pub pictures: Vec<ToldPicture>,
}

/// A picture as it may go with the text.
#[derive(Clone, Debug)]
pub struct ToldPicture {
    pub photo: SessionPhoto,
    /// Why its caption is not told; it is none then.
    pub withheld: Option<WechatOmission>,
}

impl ToldPicture {
    fn of(mut photo: SessionPhoto, names: &SecretNames) -> Self {
        let withheld = photo.caption.as_deref().and_then(|caption| rules::why_secret(caption, names));
        if withheld.is_some() {
            photo.caption = None;
        }
        Self { photo, withheld }
    }
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
    let opening = opening(&session.center, visits, queries::served_minutes(conn, session.id).await?);
    let (text, mut left_out) = rules::compose(&opening, session.summary.as_deref().unwrap_or_default(), &names);
    let mut title = session.title.pick(Lang::Zh);
    if let Some(why) = rules::why_secret(title, &names) {
        left_out.insert(0, LeftOut { sentence: title.to_owned(), why });
        title = &session.title.kind;
    }
    let title = format!("{title} · {}", filters::long_day(Lang::Zh, session.local_date.0));
    let photos = queries::photos(conn, session.id).await?;
    let pictures = photos.into_iter().map(|photo| ToldPicture::of(photo, &names)).collect();
    Ok(WechatText { title, text, left_out, pictures })
}

/// Where, how many came, and how long volunteers served: a number that is nought is not said.
fn opening(center: &str, visits: i64, minutes: i64) -> String {
    let key = match (visits > 0, minutes > 0) {
        (true, true) => "wechat.opening_served",
        (true, false) => "wechat.opening",
        (false, true) => "wechat.opening_service",
        (false, false) => "wechat.opening_alone",
    };
    let values = [("center", center.to_owned()), ("n", visits.to_string()), ("served", served(minutes))];
    Lang::Zh.with(key, values)
}

/// Minutes as hours and the minutes that are left.
fn served(minutes: i64) -> String {
    let of = |key: &str, n: i64| Lang::Zh.with(key, [("n", n.to_string())]);
    match (minutes / 60, minutes % 60) {
        (hours, 0) => of("me.hours", hours),
        (0, rest) => of("hours.n_minutes", rest),
        (hours, rest) => format!("{} {}", of("me.hours", hours), of("hours.n_minutes", rest)),
    }
}
