//! Builds a month row by row, as the features would leave it in the tables.

use std::time::Duration;

use linli::clock::{Date, Timestamp, Zone};
use linli::people::PersonId;
use linli::people::groups;
use linli::store::Tx;

use crate::support::TestApp;

/// An instant by the wall clock in Dongguan: `2026-03-05 14:30`.
pub(super) fn at(local: &str) -> Timestamp {
    let (date, time) = local.split_once(' ').unwrap();
    Zone::SHANGHAI.instant(Date::parse(date).unwrap(), format!("{time}:00").parse().unwrap())
}

fn minutes(n: u64) -> Duration {
    Duration::from_secs(n * 60)
}

pub(super) struct Month {
    tx: Tx,
    serial: i64,
}

/// What a session is, beside its time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Held {
    pub(super) center: i64,
    pub(super) room: i64,
    pub(super) kind: i64,
    pub(super) worker: Option<i64>,
    pub(super) team: Option<i64>,
    pub(super) status: &'static str,
}

impl Default for Held {
    fn default() -> Self {
        Self { center: 1, room: 1, kind: 3, worker: None, team: None, status: "completed" }
    }
}

impl Month {
    pub(super) async fn begin(app: &TestApp) -> Self {
        Self { tx: app.begin().await, serial: 0 }
    }

    pub(super) async fn commit(self) {
        self.tx.commit().await.unwrap();
    }

    pub(super) async fn person(&mut self, birth: Option<&str>) -> i64 {
        self.serial += 1;
        let id = sqlx::query_scalar(
            "insert into people (name, name_key, name_fold, pinyin, sounds, birth_date, created_at, updated_at)
             values ($1, $1, $1, '', '', $2, 0, 0) returning id",
        )
        .bind(format!("居民{}号", self.serial))
        .bind(birth)
        .fetch_one(&mut *self.tx)
        .await
        .unwrap();
        sqlx::query("insert into enrolments (person_id, center_id, enrolled_at) values ($1, 1, 0)")
            .bind(id)
            .execute(&mut *self.tx)
            .await
            .unwrap();
        id
    }

    /// In one of the two granted groups, or in the subgroup of this code.
    pub(super) async fn grant(&mut self, person: i64, group: &str, from: &str, to: Option<&str>) {
        sqlx::query(
            "insert into group_memberships (person_id, priority_group, subgroup_id, valid_from, valid_to, document, created_at)
             values ($1, case when $2 in ('disabled', 'needy') then $2 end, (select id from subgroups where code = $2),
                     $3, $4, '证', 0)",
        )
        .bind(person)
        .bind(group)
        .bind(from)
        .bind(to)
        .execute(&mut *self.tx)
        .await
        .unwrap();
    }

    pub(super) async fn worker(&mut self, center: i64, kind: &str) -> i64 {
        let person = self.person(Some("1990-01-01")).await;
        sqlx::query_scalar(
            "insert into workers (person_id, center_id, kind, started_on, created_at) values ($1, $2, $3, '2025-01-01', 0)
             returning id",
        )
        .bind(person)
        .bind(center)
        .bind(kind)
        .fetch_one(&mut *self.tx)
        .await
        .unwrap()
    }

    pub(super) async fn team(&mut self, kind: i64) -> i64 {
        self.serial += 1;
        sqlx::query_scalar(
            "insert into teams (center_id, kind_id, name, founded_on, created_at) values (1, $1, $2, '2025-01-01', 0)
             returning id",
        )
        .bind(kind)
        .bind(format!("第{}队", self.serial))
        .fetch_one(&mut *self.tx)
        .await
        .unwrap()
    }

    pub(super) async fn room(&mut self, center: i64, name: &str) -> i64 {
        sqlx::query_scalar(
            "insert into rooms (center_id, kind_id, name, area_m2, capacity, created_at) values ($1, 1, $2, 50, 20, 0)
             returning id",
        )
        .bind(center)
        .bind(name)
        .fetch_one(&mut *self.tx)
        .await
        .unwrap()
    }

    /// A session of its own activity. It books its room, fifteen minutes longer at both ends; the booking of a
    /// cancelled or skipped one is released.
    pub(super) async fn session(&mut self, starts: Timestamp, length: u64, held: Held) -> i64 {
        let id = self.unbooked(starts, length, held).await;
        let released = matches!(held.status, "cancelled" | "skipped").then_some(0_i64);
        sqlx::query(
            "insert into bookings (kind, room_id, session_id, starts_at, ends_at, released_at)
             values ('session', $1, $2, $3, $4, $5)",
        )
        .bind(held.room)
        .bind(id)
        .bind(starts.minus(minutes(15)))
        .bind(starts.plus(minutes(length + 15)))
        .bind(released)
        .execute(&mut *self.tx)
        .await
        .unwrap();
        id
    }

    pub(super) async fn unbooked(&mut self, starts: Timestamp, length: u64, held: Held) -> i64 {
        self.serial += 1;
        let activity: i64 = sqlx::query_scalar(
            "insert into activities (center_id, kind_id, title, published, created_at) values ($1, $2, $3, 1, 0) returning id",
        )
        .bind(held.center)
        .bind(held.kind)
        .bind(format!("活动{}", self.serial))
        .fetch_one(&mut *self.tx)
        .await
        .unwrap();
        sqlx::query_scalar(
            "insert into sessions (activity_id, center_id, worker_id, team_id, starts_at, ends_at, local_date, status,
                                   updated_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, 0) returning id",
        )
        .bind(activity)
        .bind(held.center)
        .bind(held.worker)
        .bind(held.team)
        .bind(starts)
        .bind(starts.plus(minutes(length)))
        .bind(Zone::SHANGHAI.date(starts))
        .bind(held.status)
        .fetch_one(&mut *self.tx)
        .await
        .unwrap()
    }

    /// An attendance with the flags of the session's local date.
    pub(super) async fn attend(&mut self, session: i64, person: i64, role: &str) {
        self.attendance(session, person, role, false).await;
    }

    pub(super) async fn attendance(&mut self, session: i64, person: i64, role: &str, voided: bool) {
        let date: Date = sqlx::query_scalar("select local_date from sessions where id = $1")
            .bind(session)
            .fetch_one(&mut *self.tx)
            .await
            .unwrap();
        let flags = groups::of_person(&mut self.tx, PersonId(person), date).await.unwrap();
        sqlx::query(
            "insert into attendances (session_id, person_id, part, method, came_at, recorded_at,
                                      elderly, disabled, needy, youth, voided_at, void_reason)
             values ($1, $2, $3, 'roster', 0, 0, $4, $5, $6, $7, $8, $9)",
        )
        .bind(session)
        .bind(person)
        .bind(role)
        .bind(i64::from(flags.elderly))
        .bind(i64::from(flags.disabled))
        .bind(i64::from(flags.needy))
        .bind(i64::from(flags.youth))
        .bind(voided.then_some(1_i64))
        .bind(voided.then_some("认错人"))
        .execute(&mut *self.tx)
        .await
        .unwrap();
        groups::follow_memberships(&mut self.tx, PersonId(person)).await.unwrap();
    }

    /// Unnamed heads with the tallies of the elderly, disabled, needy and youth among them.
    pub(super) async fn heads(&mut self, session: i64, heads: i64, tally: [i64; 4], voided: bool) {
        sqlx::query(
            "insert into head_counts (session_id, heads, elderly, disabled, needy, youth, counted_at, voided_at)
             values ($1, $2, $3, $4, $5, $6, 0, $7)",
        )
        .bind(session)
        .bind(heads)
        .bind(tally[0])
        .bind(tally[1])
        .bind(tally[2])
        .bind(tally[3])
        .bind(voided.then_some(1_i64))
        .execute(&mut *self.tx)
        .await
        .unwrap();
    }

    pub(super) async fn hours(&mut self, session: i64, person: i64, team: Option<i64>, minutes: i64) -> i64 {
        self.entry(session, person, team, minutes, None).await
    }

    /// Takes an entry of the ledger back.
    pub(super) async fn reverse(&mut self, session: i64, person: i64, team: Option<i64>, minutes: i64, entry: i64) {
        self.entry(session, person, team, -minutes, Some(entry)).await;
    }

    async fn entry(
        &mut self,
        session: i64,
        person: i64,
        team: Option<i64>,
        minutes: i64,
        reverses: Option<i64>,
    ) -> i64 {
        sqlx::query_scalar(
            "insert into hours_entries (person_id, session_id, team_id, minutes, source, original_minutes, confirmed_at, reverses_id)
             values ($1, $2, $3, $4, 'measured', $4, 0, $5) returning id",
        )
        .bind(person)
        .bind(session)
        .bind(team)
        .bind(minutes)
        .bind(reverses)
        .fetch_one(&mut *self.tx)
        .await
        .unwrap()
    }

    /// A unit of the community, founded and supported on these days.
    pub(super) async fn unit(&mut self, center: i64, founded: Option<&str>, supported: Option<&str>) -> i64 {
        self.serial += 1;
        sqlx::query_scalar(
            "insert into units (center_id, name, name_key, pinyin, kind, founded_on, supported_since, created_at)
             values ($1, $2, $2, '', 'community_organization', $3, $4, 0) returning id",
        )
        .bind(center)
        .bind(format!("单位{}", self.serial))
        .bind(founded)
        .bind(supported)
        .fetch_one(&mut *self.tx)
        .await
        .unwrap()
    }

    pub(super) async fn takes_part(&mut self, session: i64, unit: i64, part: &str, voided: bool) {
        sqlx::query(
            "insert into unit_participations (session_id, unit_id, part, recorded_at, voided_at)
             values ($1, $2, $3, 0, $4)",
        )
        .bind(session)
        .bind(unit)
        .bind(part)
        .bind(voided.then_some(1_i64))
        .execute(&mut *self.tx)
        .await
        .unwrap();
    }

    pub(super) async fn close(&mut self, room: i64, from: Timestamp, to: Timestamp) {
        sqlx::query(
            "insert into room_closures (room_id, starts_at, ends_at, reason, created_at) values ($1, $2, $3, '维修', 0)",
        )
        .bind(room)
        .bind(from)
        .bind(to)
        .execute(&mut *self.tx)
        .await
        .unwrap();
    }
}
