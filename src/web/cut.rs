//! How a list is cut and put in order. The words stand in the list's address, in the form that takes it as a file, and in a
//! program's request, under the same names; each list reads them by its own rules.

use std::convert::Infallible;
use std::fmt::Display;

use rocket::request::{FromRequest, Outcome, Request};

use super::text::Lang;
use crate::fields::Fields;
use crate::spelling;

/// What an address says after its question mark.
pub struct Asked(pub Fields);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Asked {
    type Error = Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        let query = request.uri().query().map_or("", |query| query.as_str());
        Outcome::Success(Self(Fields::from_form(query)))
    }
}

/// A text that names are looked through for, however it is spelled. Empty, it finds them all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NameSought {
    typed: String,
}

impl NameSought {
    /// Field `q`.
    pub fn read(fields: &Fields) -> Self {
        Self { typed: fields.get("q").to_owned() }
    }

    pub fn is_empty(&self) -> bool {
        self.typed.is_empty()
    }

    /// Whether one of the names holds it.
    pub fn is_in<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> bool {
        let wanted = spelling::fold(&self.typed);
        wanted.is_empty() || names.into_iter().any(|name| spelling::fold(name).contains(&wanted))
    }
}

/// One of a toolbar's choices: the field, the key of its label, and what there is to choose, as value and text.
pub struct Choice {
    pub name: &'static str,
    pub label: &'static str,
    pub options: Vec<(String, String)>,
    pub chosen: String,
}

impl Choice {
    pub fn is_chosen(&self, value: &str) -> bool {
        self.chosen == value
    }
}

/// The form above a list, which says how it is cut and changes that.
pub struct Toolbar {
    lang: Lang,
    wanted: Option<String>,
    choices: Vec<Choice>,
    /// The last of the choices, which cuts nothing.
    order: Choice,
    usual: String,
}

impl Toolbar {
    /// With its orders, the usual one first.
    pub fn ordered<T: Display + Copy>(lang: Lang, order: T, orders: &[T], key: impl Fn(T) -> &'static str) -> Self {
        let options = orders.iter().map(|one| (one.to_string(), lang.text(key(*one)))).collect();
        let order = Choice { name: "sort", label: "cut.order", options, chosen: order.to_string() };
        let usual = orders.first().map(ToString::to_string).unwrap_or_default();
        Self { lang, wanted: None, choices: Vec::new(), order, usual }
    }

    /// With a field for a text.
    pub fn with_text(mut self, wanted: &NameSought) -> Self {
        self.wanted = Some(wanted.typed.clone());
        self
    }

    /// With a choice of records, by their names.
    pub fn with<T: Display>(
        mut self,
        (name, label): (&'static str, &'static str),
        chosen: Option<T>,
        options: impl IntoIterator<Item = (String, String)>,
    ) -> Self {
        let chosen = chosen.map(|chosen| chosen.to_string()).unwrap_or_default();
        self.choices.push(Choice { name, label, options: options.into_iter().collect(), chosen });
        self
    }

    /// With a choice of words.
    pub fn with_words<T: Display + Copy>(
        self,
        head: (&'static str, &'static str),
        chosen: Option<T>,
        words: &[T],
        key: impl Fn(T) -> &'static str,
    ) -> Self {
        let lang = self.lang;
        self.with(head, chosen, words.iter().map(|word| (word.to_string(), lang.text(key(*word)))))
    }

    pub fn wanted(&self) -> Option<&str> {
        self.wanted.as_deref()
    }

    pub fn choices(&self) -> &[Choice] {
        &self.choices
    }

    pub fn order(&self) -> &Choice {
        &self.order
    }

    /// Whether not everything is listed.
    pub fn is_cut(&self) -> bool {
        self.wanted.as_ref().is_some_and(|wanted| !wanted.is_empty())
            || self.choices.iter().any(|choice| !choice.chosen.is_empty())
    }

    /// What was asked for, as it stands in an address and in a form.
    pub fn fields(&self) -> Vec<(&'static str, &str)> {
        let wanted = self.wanted.as_deref().map(|wanted| ("q", wanted));
        let order = (self.order.chosen != self.usual).then_some((self.order.name, self.order.chosen.as_str()));
        let choices = self.choices.iter().map(|choice| (choice.name, choice.chosen.as_str()));
        wanted.into_iter().chain(choices).chain(order).filter(|(_, value)| !value.is_empty()).collect()
    }

    /// What follows the list's address on another of its pages.
    pub fn at(&self, page: i64) -> String {
        self.on(&page.to_string())
    }

    /// The same of all pages as one.
    pub fn all(&self) -> String {
        self.on(ALL)
    }

    fn on(&self, page: &str) -> String {
        let mut query = form_urlencoded::Serializer::for_suffix(String::from("?"), 1);
        query.extend_pairs(self.fields()).append_pair("page", page);
        query.finish()
    }
}

/// As which all pages are asked for as one.
const ALL: &str = "all";

/// Of a list that was put together as a whole, a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CutPage<T> {
    pub items: Vec<T>,
    /// From 1.
    pub number: i64,
    /// At least one.
    pub count: i64,
}

impl<T> CutPage<T> {
    /// Field `page`: a number, the nearest where there is no such page; or `all`, to be printed.
    pub fn of(all: Vec<T>, fields: &Fields, long: usize) -> Self {
        let long = if fields.get("page") == ALL { all.len().max(1) } else { long };
        let count = all.len().div_ceil(long).max(1);
        let number = fields.get("page").parse::<usize>().unwrap_or(1).clamp(1, count);
        let whole = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        let items = all.into_iter().skip((number - 1) * long).take(long).collect();
        Self { items, number: whole(number), count: whole(count) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_found_however_it_is_spelled() {
        let wanted = NameSought::read(&Fields::from_form("q=ＡＢ"));
        assert!(wanted.is_in(["x a b x"]) && !wanted.is_in(["b a"]));
        assert!(NameSought::default().is_in(["whatever"]));
    }

    #[test]
    fn a_page_is_the_nearest_that_there_is() {
        let page = |asked: &str, long| CutPage::of((1..=7).collect(), &Fields::from_form(asked), long);
        assert_eq!(page("", 3), CutPage { items: vec![1, 2, 3], number: 1, count: 3 });
        assert_eq!(page("page=3", 3), CutPage { items: vec![7], number: 3, count: 3 });
        for (asked, number) in [("page=0", 1), ("page=9", 3), ("page=-1", 1), ("page=x", 1)] {
            assert_eq!(page(asked, 3).number, number, "{asked}");
        }
        assert_eq!(CutPage::<i64>::of(Vec::new(), &Fields::default(), 3).count, 1);
        assert_eq!(page("page=all", 3), CutPage { items: (1..=7).collect(), number: 1, count: 1 });
        assert_eq!(CutPage::<i64>::of(Vec::new(), &Fields::from_form("page=all"), 3).count, 1);
    }

    #[test]
    fn what_was_asked_for_comes_back_in_the_address() {
        let bar = Toolbar::ordered(Lang::Zh, "name", &["name", "age"], |_| "cut.order")
            .with_text(&NameSought::read(&Fields::from_form("q=a%26b")))
            .with(("kind", "cut.order"), Some(3), [("3".to_owned(), "three".to_owned())])
            .with(("state", "cut.order"), None::<i64>, []);
        assert!(bar.is_cut());
        assert_eq!(bar.fields(), [("q", "a&b"), ("kind", "3")]);
        assert_eq!(bar.at(2), "?q=a%26b&kind=3&page=2");
        assert_eq!(bar.all(), "?q=a%26b&kind=3&page=all");
    }
}
