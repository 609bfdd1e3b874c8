//! A paper from what was frozen: no steps, no sessions, a number that is not told, and chapters of its own.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::types::{
    ComparedFigures, PaperChapter, PaperChart, PaperFacts, PaperIndicator, PaperPart, PaperParty, PaperStep,
    PaperSteps, ReportPaper,
};
use super::values::PaperFigure;
use crate::clock::Date;
use crate::documents::{ColumnKind, PaperCell, PaperTable};
use crate::figures::{Measure, Period, Section};
use crate::web::Lang;
use crate::web::chart::Charted as _;

fn figure(key: &str, section: Section, label: &str, measure: Measure, cell: PaperCell) -> PaperFigure {
    PaperFigure { key: key.into(), section, label: label.into(), measure, cell }
}

fn figures() -> Vec<PaperFigure> {
    let number = PaperCell::Number;
    let hidden = || PaperCell::Text("＜3".into());
    vec![
        figure("sessions", Section::Total, "", Measure::Sessions, number(12)),
        figure("visits", Section::Total, "", Measure::Visits, number(1_200)),
        figure("unnamed", Section::Total, "", Measure::Unnamed, number(200)),
        figure("persons", Section::Total, "", Measure::Persons, number(400)),
        figure("visits.elderly", Section::Groups, "老年人", Measure::Visits, number(300)),
        figure("persons.elderly", Section::Groups, "老年人", Measure::Persons, number(100)),
        figure("visits.none", Section::Groups, "其他居民", Measure::Visits, number(900)),
        figure("persons.none", Section::Groups, "其他居民", Measure::Persons, hidden()),
        figure("volunteer_visits", Section::Volunteers, "", Measure::VolunteerVisits, number(9)),
        figure("volunteers", Section::Volunteers, "", Measure::Volunteers, hidden()),
        figure("minutes", Section::Volunteers, "", Measure::Minutes, number(195)),
        figure("booked_minutes.room.1", Section::Rooms, "活动室", Measure::BookedMinutes, number(60)),
        figure("open_minutes.room.1", Section::Rooms, "活动室", Measure::OpenMinutes, number(600)),
        // Another room of the same name.
        figure("booked_minutes.room.2", Section::Rooms, "活动室", Measure::BookedMinutes, number(0)),
        figure("open_minutes.room.2", Section::Rooms, "活动室", Measure::OpenMinutes, number(0)),
        figure("open_sessions", Section::Completeness, "已过未结束登记", Measure::OpenSessions, number(1)),
    ]
}

fn facts() -> PaperFacts {
    let day = |text: &str| Date::parse(text).unwrap();
    let mut before = figures();
    before[1].cell = PaperCell::Number(1_000);
    PaperFacts {
        lang: Lang::Zh,
        file: "linli".into(),
        title: "2026年3月服务月报".into(),
        number: "LL-4-2026-03".into(),
        standing: "第2版".into(),
        centers: vec!["莞城街道 罗沙社区综合服务中心".into()],
        parties: vec![PaperParty { number: None, provider: "莞爱".into(), purchaser: "街道办".into() }],
        period: "2026年3月".into(),
        counted: vec![Period { from: day("2026-03-01"), to: day("2026-04-01") }],
        made_by: "何静雯".into(),
        made_at: NaiveDate::from_ymd_opt(2026, 4, 2).unwrap().and_hms_opt(10, 0, 0).unwrap(),
        figures: figures(),
        compared: vec![
            ComparedFigures { title: "2026年2月".into(), figures: Some(before), note: None },
            ComparedFigures { title: "2025年3月".into(), figures: None, note: Some("不作对比".into()) },
        ],
        steps: None,
        activities: None,
        indicators: Vec::new(),
        narrative: BTreeMap::from([(PaperPart::Groups, "本月老年人增多。".into())]),
        further: vec![PaperChapter::titled("plan", "下月计划".into())],
        definitions: vec!["人数去重。".into()],
    }
}

fn shown(table: &PaperTable, row: usize) -> Vec<String> {
    table.rows[row].iter().zip(&table.columns).map(|(cell, column)| cell.shown(column.kind)).collect()
}

#[test]
fn the_first_page_tells_the_main_numbers_beside_those_before() {
    let paper = ReportPaper::from(facts());
    let summary = &paper.summary[0];
    let names: Vec<String> = (0..summary.rows.len()).map(|row| shown(summary, row)[0].clone()).collect();
    assert_eq!(names, ["场次", "人次", "人数", "其中：老年人", "志愿者人次", "志愿者", "已确认时数"]);
    assert_eq!(shown(summary, 1)[2..], ["1,200", "1,000", "200", "—", "—"]);
    assert_eq!(shown(summary, 5)[2..], ["＜3", "＜3", "—", "—", "—"], "what is not told has no difference either");
    assert_eq!(shown(summary, 6)[2..4], ["3.3", "3.3"]);
    assert_eq!(paper.remarks, ["不作对比"]);
    assert!(paper.about.iter().any(|(_, said)| said == "何静雯、2026-04-02 10:00"));
    assert_eq!(paper.signatures.len(), 5);
}

#[test]
fn chapters_stand_once_and_in_order() {
    let paper = ReportPaper::from(facts());
    let titles: Vec<String> = paper.chapters.iter().map(|one| format!("{}{}", one.number, one.title)).collect();
    assert_eq!(
        titles,
        [
            "一、服务对象",
            "二、志愿服务",
            "三、社工服务",
            "四、功能室使用",
            "五、数据完整性",
            "六、下月计划",
            "七、统计口径"
        ]
    );
    assert_eq!(paper.chapters[0].narrative.as_deref(), Some("本月老年人增多。"));
    let groups = &paper.chapters[0].tables[0];
    assert_eq!(shown(groups, 0), ["老年人", "300", "100", "25.0%"]);
    assert_eq!(shown(groups, 1), ["其他居民", "900", "＜3", "—"]);
    assert_eq!(shown(groups, 2)[1..], ["1,200", "400", "100.0%"]);
    let rooms = &paper.chapters[3].tables[0];
    assert_eq!(shown(rooms, 0), ["活动室", "1.0", "10.0", "10.0%"]);
    assert_eq!(shown(rooms, 1), ["活动室", "0.0", "0.0", "—"]);
}

#[test]
fn who_came_is_the_picture_where_no_steps_are_told() {
    let paper = ReportPaper::from(facts());
    assert!(matches!(paper.charts[0], PaperChart::Shares { full: 400, .. }) && paper.chapters[0].charts.is_empty());
    let step = |name: &str, visits| PaperStep {
        label: name.into(),
        name: name.into(),
        sessions: visits,
        visits: PaperCell::Number(visits),
        persons: PaperCell::Number(visits),
    };
    let steps =
        PaperSteps { of: "日期".into(), title: "每日人次".into(), steps: vec![step("1", 0), step("2", 5)] };
    let paper = ReportPaper::from(PaperFacts { steps: Some(steps), ..facts() });
    assert_eq!((paper.charts[0].title(), paper.chapters[0].charts.len()), ("每日人次", 1));
    let told = paper.chapters.iter().find(|one| one.code == "steps").unwrap();
    assert_eq!(told.tables[0].rows.len(), 1, "a day without anything is no row");
    assert!(!paper.charts[0].chart(Lang::Zh).is_empty());
}

#[test]
fn indicators_have_numbers_of_their_own_kinds() {
    let one = |kind, target, done| PaperIndicator {
        name: "指标".into(),
        unit: "元".into(),
        kind,
        target,
        done,
        untold: None,
        expected: Some(0),
        state: "正常".into(),
    };
    let indicators = vec![one(ColumnKind::Yuan, 2_800_000, Some(700_000)), one(ColumnKind::Hours, 90, None)];
    let paper = ReportPaper::from(PaperFacts { indicators, ..facts() });
    let table = &paper.chapters[0].tables[0];
    assert_eq!(shown(table, 0)[2..6], ["28,000.00", "7,000.00", "0.00", "25.0%"]);
    assert_eq!(shown(table, 1)[2..6], ["1.5", "—", "0.0", "—"]);
    assert!(super::docx(&paper).is_ok() && super::xlsx(&paper).is_ok());
}
