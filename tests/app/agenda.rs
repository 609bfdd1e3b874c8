//! The public agenda: a week by its days, the rest by activity, and its chips.

use crate::activities::schedules;
use crate::support::on_both_engines;

on_both_engines! {
    async fn an_agenda_shows_seven_days_and_tells_the_rest_by_activity(app: TestApp) {
        let (ann, nobody) = (app.sign_in("ann").await, app.anyone());
        let weekly = [("date", "2026-03-05"), ("repeat", "weekly"), ("times", "4"), ("confirm", "1")];
        let dates = ["pick.2026-03-05", "pick.2026-03-12", "pick.2026-03-19", "pick.2026-03-26"].map(|pick| (pick, "book"));
        schedules(&ann, &[&weekly[..], &dates].concat()).await.is(303);
        let titles = async |query: &str| {
            let page = nobody.get(&format!("/agenda/1{query}")).await.is(200).text();
            (page.matches("class=\"title\"").count(), page.contains("再往后三周"), page.contains("3 场"))
        };
        assert_eq!(titles("").await, (4, true, true), "one by its day, three within what is folded");
        assert_eq!(titles("?days=today").await, (1, false, false));
        assert_eq!(titles("?days=weekend").await, (0, false, false));
        assert_eq!(titles("?days=month").await, (4, false, false));
        assert_eq!(titles("?days=nonsense&kind=x").await, (4, true, true));
        assert_eq!(titles("?kind=99").await, (0, false, false));
    }
}
