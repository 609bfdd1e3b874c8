//! What agreements ask for, and reports of it, at the size of a city: their pages are measured with the others.

use std::net::SocketAddr;

use linli::clock::Month;

use super::super::load::{get_signed_in, post_form};
use super::fill::City;
use super::{Readers, Tables, ask_times, in_query, look};

/// What is reported of the first center: its agreement, a draft and a report that was submitted, each of a month.
pub(super) struct Owed {
    agreement: i64,
    draft: i64,
    submitted: i64,
    month: Month,
}

/// Each agreement asks for six things, two of which are entered by hand; the manager drafts two months, and submits one.
pub(super) async fn owed(city: &City, readers: &Readers, address: SocketAddr) -> Owed {
    city.run(
        "insert into indicators (agreement_id, name, name_en, unit, target, span, place, measure, within, created_at, created_by)
         select a.id, x.name, x.name, x.unit, x.target, 'project_year', x.place, x.measure, x.within, 0,
                (select min(id) from accounts)
         from agreements a cross join (
             select '服务人次' as name, 'visits' as unit, 9000 as target, 1 as place, 'visits' as measure, null as within
             union all select '活动场次', 'sessions', 400, 2, 'sessions', null
             union all select '服务人数', 'persons', 2000, 3, 'persons', null
             union all select '长者人次', 'visits', 3000, 4, 'visits', 'group:elderly'
             union all select '入户探访', 'visits', 300, 5, null, null
             union all select '个案', 'cases', 30, 6, null, null) x",
    )
    .await;
    let month = Month::of(city.today.year_start().minus_days(200));
    let day = month.first();
    let agreement = city
        .number(&format!(
            "select min(agreement_id) from agreement_centers where center_id = 1 and starts_on <= '{day}' and ends_on >= '{day}'"
        ))
        .await;
    let login = &readers.manager.login;
    let mut drafts = Vec::new();
    for month in [month.previous(), month] {
        let form = format!("agreement={agreement}&period={}", in_query(&format!("month:{}", month.first())));
        ask_times(address, post_form("/periodic-reports", login, &form), 1).await;
        drafts.push(city.number("select coalesce(max(id), 0) from periodic_reports where state = 'draft'").await);
    }
    let (submitted, draft) = (drafts[0], drafts[1]);
    ask_times(address, post_form(&format!("/periodic-reports/{submitted}/submission"), login, ""), 1).await;
    assert_eq!(city.number("select count(*) from report_versions").await, 1, "the report was submitted");
    Owed { agreement, draft, submitted, month: month.previous() }
}

/// The pages of what is owed.
pub(super) async fn pages(readers: &Readers, tables: &mut Tables, (address, owed): (SocketAddr, &Owed)) {
    let Owed { agreement, draft, submitted, month } = owed;
    let (from, to) = (month.first(), month.end().minus_days(1));
    let of_everybody = [
        "/indicators/matrix".to_owned(),
        format!("/agreements/{agreement}"),
        format!("/agreements/{agreement}/indicators"),
        format!("/periodic-reports/{submitted}"),
        format!("/periodic-reports/{submitted}/versions/1"),
        format!("/periodic-reports/{submitted}/versions/1/print"),
        format!("/periodic-reports/{submitted}/files/1.xlsx"),
        format!("/periodic-reports/{submitted}/files/1.docx"),
    ];
    let of_the_provider = [
        format!("/periodic-reports/{draft}"),
        format!("/periodic-reports/{draft}/print"),
        format!("/centers/1/ledger?from={from}&to={to}"),
        "/purchaser-forms".to_owned(),
    ];
    for (role, reader, pages) in [
        ("administrator", &readers.admin, &of_everybody[..2]),
        ("manager", &readers.manager, &of_everybody[..]),
        ("manager", &readers.manager, &of_the_provider[..]),
        ("purchaser", &readers.purchaser, &of_everybody[..]),
    ] {
        for path in pages {
            look(tables, &format!("{role}: {path}"), address, get_signed_in(path, &reader.login)).await;
        }
    }
}
