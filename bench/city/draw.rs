//! What looks drawn by lot and follows from a number: arithmetic in whole numbers, as SQL, the same on both engines.

use linli::people::pinyin::Sounds;
use linli::spelling;

/// What is true of a person by number, as SQL.
pub struct Person {
    /// Of a hundred: below 45 the elderly, below 60 the youth, and one whose birth date is not known.
    pub age: String,
    pub disabled: String,
    pub needy: String,
    /// The bit of a subgroup, or null: one below each of the four.
    pub bits: [String; 4],
    pub mask: String,
}

impl Person {
    pub fn of(id: &str) -> Self {
        let share = |salt| format!("{} % 100", mixed(id, salt));
        let (age, disabled, needy) = (share(11), format!("{} < 6", share(12)), format!("{} < 8", share(13)));
        let is = |salt, one_in: i64| format!("{} % {one_in} = 0", mixed(id, salt));
        let some = |salt, first: i64, count: i64| format!("{first} + {} % {count}", mixed(id, salt));
        let bits = [
            format!("case when {needy} and {} then {} end", is(14, 2), some(15, 0, 5)),
            format!("case when {age} < 45 and {} then {} end", is(16, 5), some(17, 5, 5)),
            format!("case when {disabled} and {} then 10 end", is(18, 3)),
            format!("case when {age} >= 45 and {age} < 60 and {} then {} end", is(19, 20), some(20, 11, 2)),
        ];
        let mask =
            bits.each_ref().map(|bit| format!("coalesce(cast(1 as bigint) << cast({bit} as int), 0)")).join(" + ");
        Self { age, disabled, needy, bits, mask }
    }

    pub fn group(&self, group: &str) -> &str {
        if group == "disabled" { &self.disabled } else { &self.needy }
    }
}

/// The table `numbers (n)`, from `from` to before `to`. They are of 64 bits on both engines.
pub fn numbers(from: i64, to: i64) -> String {
    format!(
        "with recursive numbers(n) as (select cast({from} as bigint) union all select n + 1 from numbers where n + 1 < {to})"
    )
}

/// A number up to 2³¹ that follows from another one and looks drawn by lot.
pub fn mixed(of: &str, salt: i64) -> String {
    let line = format!("(({of}) * 48271 + {}) % 2147483647", salt * 7_919_003);
    format!("({line} * ({line}) % 2147483647)")
}

/// Names with the letters by which they are found, as rows.
pub fn names() -> Vec<String> {
    let surnames = "陈李黄张王林刘何梁叶周卢罗钟莫谢袁邓曾方";
    let first = "秀志国玉美建丽文家淑";
    let second = "英明芳华强珍兰伟玲生";
    let given = first.chars().flat_map(|a| second.chars().map(move |b| [a, b]));
    surnames
        .chars()
        .flat_map(|surname| given.clone().map(move |[a, b]| format!("{surname}{a}{b}")))
        .enumerate()
        .map(|(place, name)| {
            let sounds = Sounds::of(&name);
            let (key, fold) = (spelling::key(&name), spelling::fold(&name));
            format!("({place}, '{name}', '{key}', '{fold}', '{}', '{}')", sounds.order(), sounds.text())
        })
        .collect()
}
