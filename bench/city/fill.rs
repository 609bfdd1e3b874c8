//! A whole city, made by the database itself: every row follows from its number by the same arithmetic on both engines, so that the
//! same city stands wherever and whenever the bench runs, but for the day on which its three years end.
//!
//! Life is uneven, and so is this: the first center has three times what the last one has; of an activity's people few come often
//! and many once or twice; now and then somebody comes from another center.

use std::collections::BTreeMap;
use std::time::Instant;

use linli::clock::{Clock, Date, Zone};
use linli::store::{Db, Engine, Pool};

use super::draw::{Person, mixed, names, numbers};

/// How much of a city.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Size {
    pub centers: i64,
    pub sessions: i64,
    pub people: i64,
}

impl Size {
    pub const WHOLE: Self = Self { centers: 300, sessions: 200_000, people: 450_000 };
    /// A hundredth, in the annex's towns: for seeing whether the bench itself works.
    pub const SMALL: Self = Self { centers: 36, sessions: 2_000, people: 4_500 };
}

/// The days that are past, and those that are planned ahead.
const DAYS: i64 = 1_095;
const AHEAD: i64 = 30;
/// Days and people that are written at a time.
const DAYS_AT_ONCE: i64 = 31;
const PEOPLE_AT_ONCE: i64 = 50_000;

pub const ANNEX: i64 = 25;
/// The centers of the first town, whoever else's number is.
pub const OF_FIRST_TOWN: i64 = 12;
/// Towns and streets of Dongguan that the annex has no community of.
const OTHER_TOWNS: [&str; 7] = ["南城", "石龙", "石排", "寮步", "大朗", "樟木头", "道滘"];

pub const ROOMS: i64 = 8;
/// Minutes for which each room is open, every day.
pub const OPEN: i64 = 1_260 - 480;
pub const ACTIVITIES: i64 = 20;
const TEAMS: i64 = 2;
const WORKERS: i64 = 3;
pub const PROVIDERS: i64 = 60;
pub const PURCHASERS: i64 = 40;

/// Of the twenty activities that each center has.
const TITLES: &str = "个案辅导 长者早茶会 四点半课堂 合唱队排练 太极拳晨练 书法小组 健康讲座 亲子阅读 手机课堂 义诊 \
                      社区邻里节 广场舞 法律咨询日 垃圾分类宣传 手工小组 电影放映 象棋友谊赛 家长课堂 生日会 探访培训";

/// The filled city.
pub struct City {
    pub url: String,
    pub db: Db,
    pub size: Size,
    pub today: Date,
}

impl City {
    /// Makes it in an empty database, and says how long that took.
    pub async fn build(url: &str, size: Size) -> Self {
        let db = Db::from(Pool::open(url, 4).await.expect("the database opens"));
        let now = Clock::system().now();
        linli::start::fill(&db, now).await.expect("the database is filled");
        let city = Self { url: url.to_owned(), db, size, today: Zone::SHANGHAI.date(now.0) };
        let began = Instant::now();
        city.places().await;
        city.rooms().await;
        city.people().await;
        city.helpers().await;
        city.agreements().await;
        for from in (0..DAYS + AHEAD).step_by(DAYS_AT_ONCE as usize) {
            city.days(from, (from + DAYS_AT_ONCE).min(DAYS + AHEAD)).await;
        }
        city.number_on().await;
        city.settle().await;
        let rows = city.number("select count(*) from attendances").await;
        println!("{rows} attendances in {} centers, filled in {:.0} s", size.centers, began.elapsed().as_secs_f64());
        city
    }

    pub async fn run(&self, sql: &str) {
        let mut tx = self.db.begin_patiently().await.unwrap();
        if let Err(error) = sqlx::query(sqlx::AssertSqlSafe(sql.to_owned())).execute(&mut *tx).await {
            panic!("{error}: {sql:.2000}");
        }
        tx.commit().await.unwrap();
    }

    pub async fn number(&self, sql: &str) -> i64 {
        let query = sqlx::query_scalar(sqlx::AssertSqlSafe(sql.to_owned()));
        query.fetch_one(&mut *self.db.read_patiently().await.unwrap()).await.expect(sql)
    }

    /// The first of the days that are past.
    pub fn first_day(&self) -> Date {
        self.today.minus_days(DAYS as u64)
    }

    pub fn centers(&self) -> impl Iterator<Item = i64> {
        1..=self.size.centers
    }

    /// Where the people of a center begin, who are numbered one after the other.
    fn first_person(&self, center: i64) -> i64 {
        let place = (center - 1) as f64 / self.size.centers as f64;
        1 + ((f64::sqrt(1.0 + 8.0 * place) - 1.0) / 2.0 * self.size.people as f64) as i64
    }

    /// The table `shares (center_id, begins, people)`.
    fn shares(&self) -> String {
        let share = |center| {
            let (begins, ends) = (self.first_person(center), self.first_person(center + 1));
            format!("({center}, {begins}, {})", ends - begins)
        };
        format!(
            "shares (center_id, begins, people) as (values {})",
            self.centers().map(share).collect::<Vec<_>>().join(", ")
        )
    }

    /// The centers beside the annex's: the first town has twelve, the others share the rest alike.
    async fn places(&self) {
        let mut towns: Vec<String> = sqlx::query_scalar("select town from communities order by id")
            .fetch_all(&mut *self.db.read().await.unwrap())
            .await
            .expect("towns");
        assert_eq!(towns.len() as i64, ANNEX, "the annex has so many communities");
        towns.extend(OTHER_TOWNS.map(str::to_owned));
        let (before, after) = (
            ["东", "南", "西", "北", "上", "下", "新", "大", "小", "长", "高", "金", "龙", "凤", "石"],
            [
                "岗", "湖", "塘", "坑", "洲", "田", "围", "涌", "头", "厦", "埔", "坊", "桥", "井", "园", "林", "沙",
                "朗", "屋", "水",
            ],
        );
        let row = |center: i64| {
            let n = (center - ANNEX - 1) as usize;
            let own = (OF_FIRST_TOWN - 1) as usize;
            let town = n.checked_sub(own).map_or(0, |n| 1 + n % (towns.len() - 1));
            format!(
                "({center}, '{}', '{}{}')",
                towns[town],
                before[n % before.len()],
                after[n / before.len() % after.len()]
            )
        };
        let rows: Vec<String> = (ANNEX + 1..=self.size.centers).map(row).collect();
        let rows = format!("with rows (id, town, name) as (values {})", rows.join(", "));
        self.run(&format!(
            "insert into communities (id, town, name, area_m2) {rows} select id, town, name, 3000000 from rows"
        ))
        .await;
        self.run(&format!(
            "insert into populations (community_id, counted_on, source, registered, second)
             {rows} select id, '2020-11-01', '第七次人口普查', 3000 + id * 10, 9000 + id * 20 from rows"
        ))
        .await;
        self.run(&format!(
            "insert into centers (id, community_id, kind, name, zone, planned_area_m2, created_at)
             {rows} select id, id, 'town', name || '社区综合服务中心', 'Asia/Shanghai', 1500, 0 from rows"
        ))
        .await;
        self.run(&format!("insert into center_communities (center_id, community_id) {rows} select id, id from rows"))
            .await;
    }

    /// Eight rooms in each center, open from eight to nine in the evening.
    async fn rooms(&self) {
        let numbers = numbers(0, self.size.centers * ROOMS);
        self.run(&format!(
            "insert into rooms (id, center_id, kind_id, name, area_m2, capacity, created_at)
             {numbers} select n + 1, n / {ROOMS} + 1, k.id, k.name, 60 + n % 5 * 40, 20 + n % 5 * 20, 0
             from numbers join room_kinds k on k.id = n % {ROOMS} + 1"
        ))
        .await;
        self.run(
            "insert into room_weeks (id, room_id, valid_from, created_at) select id, id, '2000-01-01', 0 from rooms",
        )
        .await;
        self.run(
            "insert into room_week_spans (week_id, weekday, opens, closes)
                  with recursive days(n) as (select 1 union all select n + 1 from days where n < 7)
                  select w.id, n, 480, 1260 from room_weeks w cross join days",
        )
        .await;
    }

    /// Everybody, each known to a center of their own, with what is granted to them.
    async fn people(&self) {
        let person = Person::of("n");
        let names = names();
        let count = names.len();
        let names = names.join(", ");
        let year = i64::from(chrono::Datelike::year(&self.today.0));
        let (pick, sex, back, month, day) =
            (mixed("n", 31), mixed("n", 32), mixed("n", 33), mixed("n", 34), mixed("n", 35));
        let Person { age, .. } = &person;
        for from in (1..=self.size.people).step_by(PEOPLE_AT_ONCE as usize) {
            let numbers = numbers(from, (from + PEOPLE_AT_ONCE).min(self.size.people + 1));
            self.run(&format!(
                "insert into people (id, name, name_key, name_fold, pinyin, sounds, sex, birth_date, created_at, updated_at)
                 {numbers}, names (place, name, name_key, name_fold, pinyin, sounds) as (values {names})
                 select n, m.name, m.name_key, m.name_fold, m.pinyin, m.sounds,
                        case when {sex} % 2 = 0 then 'f' else 'm' end,
                        case when {age} <> 99 then
                            cast({year} - case when {age} < 45 then 66 + {back} % 28
                                               when {age} < 60 then 10 + {back} % 8 else 24 + {back} % 33 end as text)
                            || '-' || substr(cast(101 + {month} % 12 as text), 2) || '-' || substr(cast(101 + {day} % 28 as text), 2)
                        end, 0, 0
                 from numbers join names m on m.place = {pick} % {count}"
            ))
            .await;
            for (group, paper) in [("disabled", "残疾人证"), ("needy", "困难证明")] {
                let is_in = person.group(group);
                self.run(&format!(
                    "insert into group_memberships (person_id, priority_group, valid_from, document, created_at)
                     {numbers} select n, '{group}', '2020-01-01', '{paper}', 0 from numbers where {is_in}"
                ))
                .await;
            }
            for bit in &person.bits {
                self.run(&format!(
                    "insert into group_memberships (person_id, subgroup_id, valid_from, document, created_at)
                     {numbers} select n, g.id, '2020-01-01', '社区证明', 0 from numbers join subgroups g on g.bit = {bit}"
                ))
                .await;
            }
        }
        let shares = self.shares();
        self.run(&format!(
            "insert into enrolments (person_id, center_id, enrolled_at)
             with {shares} select p.id, c.center_id, 0 from shares c cross join people p
             where p.id >= c.begins and p.id < c.begins + c.people"
        ))
        .await;
    }

    /// Workers, and teams with their members.
    async fn helpers(&self) {
        let (people, count) = (self.size.people, self.size.centers * WORKERS);
        let each = numbers(0, count);
        self.run(&format!(
            "insert into people (id, name, name_key, name_fold, pinyin, sounds, created_at, updated_at)
             {each} select {people} + 1 + n, '林社工', '林社工', '林社工', 'linshegong', 'lin she gong', 0, 0 from numbers"
        ))
        .await;
        self.run(&format!(
            "insert into enrolments (person_id, center_id, enrolled_at, as_staff)
             {each} select {people} + 1 + n, n / {WORKERS} + 1, 0, 1 from numbers"
        ))
        .await;
        self.run(&format!(
            "insert into workers (id, person_id, center_id, kind, started_on, created_at)
             {each} select n + 1, {people} + 1 + n, n / {WORKERS} + 1,
                           case when n % {WORKERS} < 2 then 'social_worker' else 'staff' end, '2020-01-01', 0 from numbers"
        ))
        .await;
        let each = numbers(0, self.size.centers * TEAMS);
        self.run(&format!(
            "insert into teams (id, center_id, kind_id, name, founded_on, created_at)
             {each} select n + 1, n / {TEAMS} + 1, k.id, k.name || '志愿服务队', '2020-01-01', 0
             from numbers join team_kinds k on k.id = (n / {TEAMS} + n % {TEAMS} * 5) % 11 + 1"
        ))
        .await;
        let shares = self.shares();
        self.run(&format!(
            "insert into volunteers (person_id, given_at)
             with {shares} select p.id, 0 from shares c cross join people p
             where p.id >= c.begins and p.id <= c.begins + c.people / 12 order by p.id"
        ))
        .await;
        self.run(&format!(
            "insert into team_members (team_id, person_id, joined_on, created_at)
             with {shares} select (c.center_id - 1) * {TEAMS} + p.id % {TEAMS} + 1, p.id, '2020-01-01', 0
             from shares c cross join people p where p.id >= c.begins and p.id <= c.begins + c.people / 12"
        ))
        .await;
        let titles: Vec<String> = TITLES.split(' ').enumerate().map(|(n, title)| format!("({n}, '{title}')")).collect();
        let titles = titles.join(", ");
        let each = numbers(0, self.size.centers * ACTIVITIES);
        self.run(&format!(
            "insert into activities (id, center_id, kind_id, title, published, created_at)
             {each}, titles (place, title) as (values {titles})
             select n + 1, n / {ACTIVITIES} + 1, case when t.place = 0 then 1 when t.place % 3 = 0 then 2 else 3 end, t.title, 1, 0
             from numbers join titles t on t.place = n % {ACTIVITIES}"
        ))
        .await;
    }

    /// Each center has a provider and a purchaser, by an agreement for each project year.
    async fn agreements(&self) {
        for (table, count, name) in
            [("providers", PROVIDERS, "社会工作服务社"), ("purchasers", PURCHASERS, "民政办公室")]
        {
            let numbers = numbers(1, count + 1);
            self.run(&format!(
                "insert into {table} (id, name, created_at) {numbers} select n, '第' || n || '{name}', 0 from numbers"
            ))
            .await;
        }
        let centers = numbers(1, self.size.centers + 1);
        self.run(&format!(
            "insert into operators (center_id, provider_id, starts_on)
             {centers} select n, (n - 1) % {PROVIDERS} + 1, '2020-01-01' from numbers"
        ))
        .await;
        self.run(&format!(
            "insert into employments (worker_id, provider_id, started_on, created_at)
             select id, (center_id - 1) % {PROVIDERS} + 1, '2020-01-01', 0 from workers"
        ))
        .await;
        let mut parties: BTreeMap<(i64, i64), Vec<i64>> = BTreeMap::new();
        for center in self.centers() {
            parties.entry(((center - 1) % PROVIDERS + 1, (center - 1) % PURCHASERS + 1)).or_default().push(center);
        }
        let (mut agreements, mut theirs) = (Vec::new(), Vec::new());
        for year in 0..4 {
            let starts = self.first_day().plus_years(year);
            let ends = self.first_day().plus_years(year + 1).minus_days(1);
            for ((provider, purchaser), centers) in &parties {
                let id = agreements.len() + 1;
                agreements.push(format!("({id}, {provider}, {purchaser}, '{starts}', '{ends}', 0)"));
                theirs.extend(centers.iter().map(|center| format!("({id}, {center}, '{starts}', '{ends}')")));
            }
        }
        let (agreements, theirs) = (agreements.join(", "), theirs.join(", "));
        self.run(&format!(
            "insert into agreements (id, provider_id, purchaser_id, starts_on, ends_on, created_at) values {agreements}"
        ))
        .await;
        self.run(&format!(
            "insert into agreement_centers (agreement_id, center_id, starts_on, ends_on) values {theirs}"
        ))
        .await;
    }

    /// The sessions of some days, in the order in which they were, with all that came of them.
    async fn days(&self, from: i64, to: i64) {
        let Size { centers, sessions, .. } = self.size;
        // Those whose day, which is n * DAYS / sessions, is within.
        let first_on = |day: i64| (day * sessions + DAYS - 1) / DAYS;
        let (first, end) = (first_on(from), first_on(to));
        if first == end {
            return;
        }
        let day = |day: i64| {
            let date = self.first_day().plus_days(day as u64);
            format!("({day}, {}, '{date}')", Zone::SHANGHAI.midnight(date).0 + 9 * 3_600_000)
        };
        let days = (from..to).map(day).collect::<Vec<_>>().join(", ");
        let numbers = numbers(first, end);
        let (place, hour, long) = (mixed("n", 41), mixed("n", 42), mixed("n", 43));
        let (activity, team, worker, fate) = (mixed("n", 44), mixed("n", 45), mixed("n", 46), mixed("n", 47));
        self.run(&format!(
            "insert into sessions (id, activity_id, center_id, worker_id, team_id, starts_at, ends_at, local_date, capacity, status,
                                   reason, closed_at, updated_at)
             {numbers}, days (d, opens, local_date) as (values {days}),
             drawn (n, u) as (select n, {place} % 1000000 from numbers),
             held (n, center, starts_at, ends_at, local_date, d, fate) as (
                 select x.n, {centers} * (x.u * (1000000 + x.u) / 2) / 1000000000000,
                        d.opens + {hour} % 20 * 1800000, d.opens + {hour} % 20 * 1800000 + (2 + {long} % 4) * 1800000,
                        d.local_date, d.d, {fate} % 1000
                 from drawn x join days d on d.d = x.n * {DAYS} / {sessions}),
             told (n, center, starts_at, ends_at, local_date, status) as (
                 select n, center, starts_at, ends_at, local_date,
                        case when d >= {DAYS} or fate >= 995 then 'planned' when fate < 970 then 'completed' else 'cancelled' end
                 from held)
             select n + 1, center * {ACTIVITIES} + {activity} % {ACTIVITIES} + 1, center + 1,
                    case when {worker} % 20 < 19 then center * {WORKERS} + {worker} % {WORKERS} + 1 end,
                    case when {team} % 10 < 7 then center * {TEAMS} + {team} % {TEAMS} + 1 end,
                    starts_at, ends_at, local_date, 40, status, case when status = 'cancelled' then '台风' end,
                    case when status = 'completed' then ends_at end, 0
             from told order by n"
        ))
        .await;
        // What is on in a center on one day has a room each.
        self.run(&format!(
            "insert into bookings (room_id, kind, session_id, starts_at, ends_at)
             select (center_id - 1) * {ROOMS} + place, 'session', id, starts_at, ends_at
             from (select id, center_id, starts_at, ends_at, row_number() over (partition by center_id, local_date order by id) as place
                   from sessions where id > {first} and id <= {end} and status <> 'cancelled') s
             where place <= {ROOMS}"
        ))
        .await;
        if from < DAYS {
            self.attendances(first + 1, end + 1).await;
        }
    }

    /// Who came to the sessions from `first` to before `end`.
    async fn attendances(&self, first: i64, end: i64) {
        let people = self.size.people;
        let shares = self.shares();
        let seats = "seats (k) as (select cast(0 as bigint) union all select k + 1 from seats where k < 43)";
        let (size, at) = (mixed("s.id", 51), mixed("seat", 52));
        let (helper, far, from_far, within) =
            (mixed("seat", 53), mixed("seat", 54), mixed("seat", 55), mixed("seat", 56));
        let Person { age, disabled, needy, mask, .. } = Person::of("person");
        self.run(&format!(
            "insert into attendances (session_id, person_id, part, method, came_at, left_at, recorded_at,
                                      elderly, disabled, needy, youth, subgroups)
             with recursive {seats}, {shares},
             taken (session_id, activity_id, starts_at, ends_at, begins, people, size, k, seat) as materialized (
                 select s.id, s.activity_id, s.starts_at, s.ends_at, c.begins, c.people,
                        case when 9 + {size} % 35 < c.people then 9 + {size} % 35 else c.people end, k, s.id * 64 + k
                 from sessions s join shares c on c.center_id = s.center_id cross join seats
                 where s.id >= {first} and s.id < {end} and s.status = 'completed'),
             ranked (session_id, activity_id, starts_at, ends_at, begins, people, size, k, seat, x) as materialized (
                 select session_id, activity_id, starts_at, ends_at, begins, people, size, k, seat,
                        (k * 1000 + {within} % 1000) * 4096 / (size * 1000)
                 from taken where k < size),
             came (session_id, starts_at, ends_at, k, seat, person) as materialized (
                 select session_id, starts_at, ends_at, k, seat,
                        case when k % 12 = 5 then begins + {helper} % (people / 12 + 1)
                             when {far} % 20 = 0 then 1 + {from_far} % {people}
                             else begins + (k + (people - size) * (x * x * x / 4096 * (x * x * x / 4096) / 16777216) / 16777216
                                            + activity_id % {ACTIVITIES} * people / 100) % people end
                 from ranked)
             select session_id, person, case when k % 12 = 5 then 'volunteer' else 'participant' end,
                    case when seat % 3 = 0 then 'card' when seat % 3 = 1 then 'phone' else 'roster' end,
                    starts_at - 600000 + {at} % 1200000, case when k % 12 = 5 then ends_at end, starts_at - 600000 + {at} % 1200000,
                    case when {age} < 45 then 1 else 0 end, case when {disabled} then 1 else 0 end,
                    case when {needy} then 1 else 0 end, case when {age} >= 45 and {age} < 60 then 1 else 0 end, {mask}
             from came where true
             on conflict (session_id, person_id, part) where voided_at is null do nothing"
        ))
        .await;
        let late = mixed("t.session_id * 31 + t.person_id", 61);
        self.run(&format!(
            "insert into hours_entries (person_id, session_id, team_id, minutes, source, original_minutes, confirmed_at)
             select t.person_id, s.id, s.team_id, (s.ends_at - s.starts_at) / 60000, 'measured', (s.ends_at - s.starts_at) / 60000, s.ends_at
             from sessions s join attendances t on t.session_id = s.id
             where s.id >= {first} and s.id < {end} and t.part = 'volunteer' and {late} % 100 > 0"
        ))
        .await;
        let heads = mixed("id", 62);
        self.run(&format!(
            "insert into head_counts (session_id, heads, elderly, disabled, needy, youth, counted_at)
             select id, 5 + {heads} % 30, (5 + {heads} % 30) / 2, {heads} % 2, 0, (5 + {heads} % 30) / 8, starts_at
             from sessions where id >= {first} and id < {end} and status = 'completed' and {heads} % 8 = 3"
        ))
        .await;
        // Whoever came from elsewhere is known there from then on.
        self.run(&format!(
            "insert into enrolments (person_id, center_id, enrolled_at)
             select t.person_id, s.center_id, min(t.came_at) from sessions s join attendances t on t.session_id = s.id
             where s.id >= {first} and s.id < {end} group by t.person_id, s.center_id
             on conflict (person_id, center_id) do nothing"
        ))
        .await;
    }

    /// PostgreSQL goes on after the numbers that were given by hand; SQLite does by itself.
    async fn number_on(&self) {
        if self.db.engine() == Engine::Sqlite {
            return;
        }
        for table in [
            "communities",
            "centers",
            "rooms",
            "room_weeks",
            "people",
            "workers",
            "teams",
            "activities",
            "sessions",
            "providers",
            "purchasers",
            "agreements",
        ] {
            self.run(&format!("select setval(pg_get_serial_sequence('{table}', 'id'), (select max(id) from {table}))"))
                .await;
        }
    }

    /// Lets the database do what it puts off while much is written, which in service it does over the years.
    async fn settle(&self) {
        let words: &[&str] = match self.db.engine() {
            Engine::Sqlite => &["pragma wal_checkpoint(truncate)"],
            Engine::Postgres => &["vacuum analyze", "checkpoint"],
        };
        let mut conn = self.db.read_patiently().await.unwrap();
        for word in words {
            sqlx::query(*word).execute(&mut *conn).await.expect(word);
        }
    }
}
