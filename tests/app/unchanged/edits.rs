//! The forms that hold a record's values, and those that propose some.

/// A form that shows a record's own values: whose, on which page, and where it is sent.
pub(super) struct Edit {
    pub(super) who: &'static str,
    pub(super) page: &'static str,
    pub(super) route: &'static str,
    /// For which sessions of a series it is sent, where the form asks.
    pub(super) scope: Option<&'static str>,
}

const fn edit(who: &'static str, page: &'static str, route: &'static str) -> Edit {
    Edit { who, page, route, scope: None }
}

const fn of_series(page: &'static str, scope: &'static str) -> Edit {
    Edit { who: "ann", page, route: SCHEDULE, scope: Some(scope) }
}

const PERSON: &str = "/centers/<center>/people/<id>";
const MEMBERSHIP: &str = "/centers/<center>/people/<id>/memberships/<membership>/ending";
const HOUSEHOLD: &str = "/centers/<center>/households/<id>";
const STAY: &str = "/centers/<center>/households/<id>/stays/<stay>";
const ROOM: &str = "/centers/<center>/rooms/<id>";
const WEEK: &str = "/centers/<center>/rooms/<id>/weeks";
const PLANNED_ROOM: &str = "/centers/<center>/planned-rooms/<id>";
const ACTIVITY: &str = "/centers/<center>/activities/<id>";
const SCHEDULE: &str = "/centers/<center>/sessions/<id>/schedule";
const CENTER: &str = "/centers/<id>";
const KIND: &str = "/catalogs/<catalog>/<id>";
const AGES: &str = "/catalogs/ages";
const TERMS: &str = "/retention";
const SMALL: &str = "/small-cells";
const STARS: &str = "/star-levels";
const PROGRAMME: &str = "/programmes/<id>";
const WORKER: &str = "/centers/<center>/workers/<id>/ending";
const RECORD: &str = "/centers/<center>/workers/<id>";
const POST: &str = "/centers/<center>/posts/<id>";
const AGREEMENT: &str = "/agreements/<id>";
const INDICATOR: &str = "/agreements/<id>/indicators/<indicator>";
const INDICATOR_TEMPLATE: &str = "/indicator-templates/<id>";
const UNIT: &str = "/centers/<center>/units/<id>";
const TEAM: &str = "/centers/<center>/teams/<id>";
const NEED: &str = "/centers/<center>/sessions/<id>/needs/<need>";
const LED_NEED: &str = "/me/teams/<team>/sessions/<id>/needs/<need>";
const LIMITS: &str = "/shift-limits";
const REGISTRATION: &str = "/centers/<center>/activities/<id>/registration-terms";
const OWN_REGISTRATION: &str = "/centers/<center>/sessions/<id>/registration-terms";
const BROUGHT: &str = "/centers/<center>/sessions/<id>/registrations/<registration>/companions";
const SIGNING: &str = "/centers/<center>/certificates/settings";
const PROVIDER: &str = "/providers/<id>";
const PURCHASER: &str = "/purchasers/<id>";
const DEPARTMENT: &str = "/departments/<id>";
const PROFILE: &str = "/export-profiles/<id>";
const COLUMN: &str = "/export-profiles/<id>/columns/<column>";
const ASSET: &str = "/centers/<center>/assets/<id>";
const RESERVATION: &str = "/centers/<center>/reservations/<id>";
const TEMPLATE: &str = "/centers/<center>/activity-templates/<id>";
const MINUTES: &str = "/centers/<center>/reservations/<id>/minutes";
const SESSION_RECORD: &str = "/centers/<center>/sessions/<id>/record";
const WECHAT: &str = "/centers/<center>/sessions/<id>/wechat";
const COMPANIONS: &str = "/centers/<center>/sessions/<id>/attendances/<attendance>/companions";

pub(super) const EDITS: &[Edit] = &[
    edit("ben", "/periodic-reports/$february", "/periodic-reports/<id>/chapters/<chapter>"),
    edit("ben", "/periodic-reports/$march", "/periodic-reports/<id>/evidence/<evidence>"),
    edit("ann", "/centers/1/people/$person/edit", PERSON),
    edit("ann", "/centers/1/people/$child/edit", PERSON),
    edit("ann", "/centers/1/people/$full/edit", PERSON),
    edit("ann", "/centers/1/people/$bare/edit", PERSON),
    edit("ann", "/centers/1/people/$beside/edit", PERSON),
    edit("ann", "/centers/1/people/$full", MEMBERSHIP),
    edit("ann", "/centers/1/households/$household", HOUSEHOLD),
    edit("ann", "/centers/1/households/$household", STAY),
    edit("ann", "/centers/1/units/$unit/edit", UNIT),
    edit("ann", "/centers/1/units/$moved/edit", UNIT),
    edit("ann", "/centers/1/units/$organization/edit", UNIT),
    edit("ann", "/centers/1/units/$society/edit", UNIT),
    edit("ben", "/centers/1/rooms/1/edit", ROOM),
    edit("ben", "/centers/1/rooms/$spare_room/edit", ROOM),
    edit("ben", "/centers/1/rooms/$edge/edit", ROOM),
    edit("ben", "/centers/1/rooms/1", WEEK),
    edit("ben", "/centers/1/rooms/$spare_room", WEEK),
    edit("ben", "/centers/1/rooms/$spans", WEEK),
    edit("ben", "/centers/1/rooms/$edge", WEEK),
    edit("ben", "/centers/1/planned-rooms/$planned_room", PLANNED_ROOM),
    edit("ann", "/centers/1/activities/$activity/edit", ACTIVITY),
    edit("ann", "/centers/1/activities/$sealed/edit", ACTIVITY),
    edit("ann", "/centers/1/activities/$long/edit", ACTIVITY),
    edit("ann", "/centers/1/activity-templates/$template", TEMPLATE),
    edit("ann", "/centers/1/sessions/$open/schedule", SCHEDULE),
    edit("ann", "/centers/1/sessions/$afternoon/schedule", SCHEDULE),
    edit("ann", "/centers/1/sessions/$late/schedule", SCHEDULE),
    edit("ann", "/centers/1/sessions/$long_ago/schedule", SCHEDULE),
    edit("ann", "/centers/1/sessions/$outing/schedule", SCHEDULE),
    edit("ann", "/centers/1/sessions/$both_rooms/schedule", SCHEDULE),
    edit("ann", "/centers/1/sessions/$all_night/schedule", SCHEDULE),
    of_series("/centers/1/sessions/$planned/schedule", "one"),
    of_series("/centers/1/sessions/$planned/schedule", "later"),
    of_series("/centers/1/sessions/$planned/schedule", "all"),
    of_series("/centers/1/sessions/$altered/schedule", "all"),
    edit("ada", "/agreements/1/edit", AGREEMENT),
    edit("ada", "/agreements/1/indicators/$indicator/edit", INDICATOR),
    edit("ada", "/agreements/1/indicators/$counted_indicator/edit", INDICATOR),
    edit("ada", "/indicator-templates/$indicator_template", INDICATOR_TEMPLATE),
    edit("ada", "/providers/1/edit", PROVIDER),
    edit("ada", "/purchasers/1/edit", PURCHASER),
    edit("ada", "/departments/1/edit", DEPARTMENT),
    edit("ada", "/centers/1/edit", CENTER),
    edit("ada", "/centers/2/edit", CENTER),
    edit("ada", "/catalogs/room-kinds/2", KIND),
    edit("ada", "/catalogs/team-kinds/9", KIND),
    edit("ada", "/catalogs/service-kinds/1", KIND),
    edit("ada", "/catalogs/service-kinds/$kind", KIND),
    edit("ada", "/catalogs", AGES),
    edit("ada", "/retention", TERMS),
    edit("ada", "/small-cells", SMALL),
    edit("ada", "/shift-limits", LIMITS),
    edit("ann", "/centers/1/activities/$lesson_activity/registration-terms", REGISTRATION),
    edit("ann", "/centers/1/sessions/$own_terms/registration-terms", OWN_REGISTRATION),
    edit("ann", "/centers/1/sessions/$lesson/registrations", BROUGHT),
    edit("ann", "/centers/1/sessions/$led_session/needs/$need", NEED),
    edit("phone", "/me/teams/$led_team/sessions/$led_session/needs/$need", LED_NEED),
    edit("ada", "/star-levels", STARS),
    edit("ada", "/programmes/1", PROGRAMME),
    edit("ada", "/programmes/$programme", PROGRAMME),
    edit("ada", "/export-profiles/1", PROFILE),
    edit("ada", "/export-profiles/$own_profile", PROFILE),
    edit("ada", "/export-profiles/1/columns/1", COLUMN),
    edit("ada", "/export-profiles/1/columns/5", COLUMN),
    edit("ada", "/export-profiles/$own_profile/columns/$constant_column", COLUMN),
    edit("ben", "/centers/1/workers/$leaving", WORKER),
    edit("ben", "/centers/1/workers/$worker/edit", RECORD),
    edit("ben", "/centers/1/workers/$known/edit", RECORD),
    edit("ben", "/centers/1/posts/$post/edit", POST),
    edit("ben", "/centers/1/posts/$given_up/edit", POST),
    edit("ann", "/centers/1/sessions/$open/attendances/$attendance", COMPANIONS),
    edit("ann", "/centers/1/sessions/$open/attendances/$alone", COMPANIONS),
    edit("ann", "/centers/1/certificates/settings", SIGNING),
    edit("ann", "/centers/1/assets/$asset", ASSET),
    edit("ann", "/centers/1/teams/$team/edit", TEAM),
    edit("ann", "/centers/1/teams/$idle_team/edit", TEAM),
    edit("ann", "/centers/1/reservations/$reservation", RESERVATION),
    edit("ann", "/centers/1/reservations/$held_reservation", RESERVATION),
    edit("ann", "/centers/1/reservations/$held_reservation", MINUTES),
    edit("ann", "/centers/1/sessions/$closed/closing", SESSION_RECORD),
    edit("ann", "/centers/1/sessions/$closed/wechat", WECHAT),
];

/// Forms that come with something filled in which is no record's: what most of those who open them will want.
pub(super) const PROPOSALS: &[(&str, &str)] = &[
    ("/agreements", "quarters and years by the calendar"),
    ("/agenda/<center>/teams/<id>/joining", "no guardian, and the words of today"),
    ("/agreements/<id>/indicators", "for each project year"),
    ("/agreements/<id>/indicators/copy", "all centers together"),
    ("/agreements/<id>/indicators/<indicator>/values", "this month"),
    ("/indicator-templates/<id>/items", "for each project year"),
    ("/catalogs/<catalog>", "the centers' own class of rooms"),
    ("/consent-texts", "from today on"),
    ("/export-profiles/<id>/columns", "what its maker has seen of the profile"),
    ("/export-profiles/<id>/columns/<column>/move", "as above; a button says whereto"),
    ("/export-profiles/<id>/columns/<column>/removal", "as above"),
    (
        "/centers/<center>/activities",
        "tomorrow afternoon, once, published; or as a template or a copied quarter has it",
    ),
    ("/centers/<center>/activities/<id>/template", "called like the activity"),
    ("/centers/<center>/defects/<id>/assignment", "who mends it, or a week from today"),
    ("/centers/<center>/assets", "out of the agreement's funds"),
    ("/centers/<center>/assets/<id>/loans", "a week from today"),
    ("/centers/<center>/drills", "today"),
    ("/centers/<center>/appointments/times", "fifty minutes each on a morning, by the own worker, from today"),
    ("/centers/<center>/claims", "the minutes as they are claimed"),
    ("/centers/<center>/certificates", "who signs, as it is kept"),
    ("/centers/<center>/certificates/publicity", "seven days from today, of what was not public yet"),
    ("/centers/<center>/certificates/several", "who signs, as it is kept, and everybody who has none yet"),
    ("/centers/<center>/commendations", "by the center, today"),
    ("/centers/<center>/commendations/year", "by the center, today, for the year of the list"),
    ("/centers/<center>/hours", "the minutes that the door saw"),
    ("/centers/<center>/households", "opened today, at the head's address"),
    ("/centers/<center>/insurances", "a year from today, for all volunteers"),
    ("/centers/<center>/open-rooms", "every day from today on, published"),
    ("/centers/<center>/open-rooms/<id>/change", "today, and as it is until then"),
    ("/centers/<center>/open-rooms/<id>/ending", "tomorrow"),
    ("/centers/<center>/people/<id>/consents", "a yes, said to a worker today"),
    ("/centers/<center>/people/<id>/consents/withdrawal", "today"),
    ("/centers/<center>/reservations", "a meeting tomorrow afternoon, held by whoever enters it"),
    ("/centers/<center>/room-requests/<id>/approval", "where and when the group wished it"),
    ("/agenda/<center>/request", "the day whose free times were looked at"),
    ("/centers/<center>/rooms", "the hours in which most rooms are open"),
    ("/centers/<center>/planned-rooms/<id>/opening", "as it is planned, today, in the hours of most rooms"),
    ("/centers/<center>/planned-rooms/<id>/steps", "as far as it is, today"),
    ("/centers/<center>/rooms/required", "a room of each required kind that is missing, called like it"),
    ("/centers/<center>/sessions/<id>/closing", "the minutes that the door saw"),
    ("/centers/<center>/sessions/<id>/hours", "the minutes that the door saw"),
    ("/centers/<center>/sessions/<id>/schedule/cancellation", "this session alone"),
    ("/centers/<center>/sessions/<id>/schedule/skipping", "this session alone"),
    ("/centers/<center>/sessions/<id>/needs", "one more"),
    ("/me/teams/<team>/sessions/<id>/needs", "one more"),
    ("/centers/<center>/sessions/<id>/walk-ins", "as a participant"),
    ("/centers/<center>/teams", "founded today"),
    ("/centers/<center>/trainings", "today"),
    ("/centers/<center>/units/<id>/ending", "today"),
    ("/centers/<center>/posts", "one full-time post of the agreement that runs"),
    ("/centers/<center>/posts/<id>/ending", "today"),
    ("/centers/<center>/posts/<id>/fillings", "today"),
    ("/centers/<center>/posts/<id>/vacancy", "today"),
    ("/centers/<center>/workers", "begins today"),
    ("/centers/<center>/workers/<id>/employments", "today"),
    ("/centers/<center>/workers/<id>/handover", "the day on which they leave, or today"),
    ("/centers/<center>/workers/<id>/supervisions", "today"),
    ("/centers/<center>/workers/<id>/supervisions/ending", "today"),
    ("/holidays", "a day off"),
    ("/holidays/imports/preview", "the year that is asked for, in the place of what it has"),
    ("/programmes", "one that centers are measured by"),
    ("/programmes/<id>/scopes", "from today on"),
    ("/programmes/<id>/versions", "the rules as they are, to be changed from a day on"),
    ("/me/people/<person>/certificates", "this year until today, from the center with the most hours"),
    ("/periodic-reports/<id>/acceptance", "the version that is shown"),
    ("/periodic-reports/<id>/return", "the version that is shown"),
];
