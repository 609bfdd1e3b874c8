//! A session in words that are sent around: the notice that a worker pastes into a WeChat group, and the line under a link.
//!
//! Both are for everybody, so there is one of a session that the public may know of alone.

use askama::Template;

use super::types::{Session, SessionStatus};
use crate::centers::Center;
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::web::filters;
use crate::web::page::fragment;
use crate::web::{Lang, ShareCard, Site};

#[derive(Template)]
#[template(path = "activities/notice.txt")]
struct Notice<'a> {
    center: &'a Center,
    session: &'a Session,
    link: &'a str,
}

/// What the session is, when, where, for how many, and where to read more.
fn text(center: &Center, session: &Session, link: &str, lang: Lang) -> Result<String> {
    let notice = fragment(&Notice { center, session, link }, lang).map_err(Error::internal)?;
    Ok(notice.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n"))
}

/// The notice in both languages, of a session to come that the public may know of.
pub fn texts(center: &Center, session: &Session, now: Now, site: &Site) -> Result<Option<(String, String)>> {
    let is_public = session.published.is_set() && !session.title.is_confidential();
    if !is_public || session.status != SessionStatus::Planned || session.ends_at <= now.0 {
        return Ok(None);
    }
    let link = site.link(format_args!("/agenda/{}/sessions/{}", center.id(), session.id));
    Ok(Some((text(center, session, &link, Lang::Zh)?, text(center, session, &link, Lang::En)?)))
}

/// `太极晨练 · 3月5日 周四 08:30–10:00 · 多功能活动室`.
pub fn card(session: &Session, lang: Lang) -> ShareCard {
    let (starts, ends) = (session.starts(), session.ends());
    let day = filters::long_day(lang, starts.date());
    let text =
        format!("{day} {}–{} · {} · {}", starts.format("%H:%M"), ends.format("%H:%M"), session.room, session.center);
    ShareCard { title: session.title.for_all(lang).to_owned(), text }
}
