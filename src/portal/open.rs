//! What stands open (开放时段): one line for each room in place of a session for every day.

use crate::activities::{PublishedSession, SessionId, SessionStatus, Title};
use crate::centers::Center;
use crate::clock::Date;
use crate::error::Result;
use crate::open_rooms::{OpenRoomId, queries, span_text};
use crate::store::Conn;

/// A room that stands open.
pub(super) struct OpenLine {
    pub title: Title,
    pub room: String,
    /// Where more is told of it.
    pub session: SessionId,
    of: OpenRoomId,
    /// When it is open today, or the next time.
    pub day: Date,
    pub hours: String,
}

impl OpenLine {
    pub fn is_today(&self, today: &Date) -> bool {
        self.day == *today
    }
}

/// Takes the days of open rooms out of a center's `sessions` of [from, to), which are in their order, and tells them in a line each.
pub(super) async fn folded(
    conn: &mut Conn,
    center: &Center,
    days: (Date, Date),
    sessions: &mut Vec<PublishedSession>,
) -> Result<Vec<OpenLine>> {
    let made = queries::to_come(conn, center.id(), days).await?;
    let mut lines: Vec<OpenLine> = Vec::new();
    sessions.retain(|session| {
        let Some(day) = made.iter().find(|day| day.session_id == session.id) else { return true };
        if !matches!(session.status, SessionStatus::Planned | SessionStatus::Completed) {
            return false;
        }
        let hours = span_text((day.opens, day.closes));
        match lines.iter_mut().find(|line| line.of == day.open_room_id) {
            Some(line) if line.day == day.local_date => line.hours = format!("{} {hours}", line.hours),
            Some(_) => {}
            None => lines.push(OpenLine {
                title: session.title.clone(),
                room: session.room.clone(),
                session: session.id,
                of: day.open_room_id,
                day: day.local_date,
                hours,
            }),
        }
        false
    });
    Ok(lines)
}
