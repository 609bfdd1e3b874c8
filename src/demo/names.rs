//! Invented people: names as they are heard in Dongguan, birth dates by a community's usual ages, phones of no one.

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};

use crate::clock::Date;

const SURNAMES: [&str; 48] = [
    "陈", "李", "黄", "张", "梁", "林", "刘", "王", "吴", "何", "罗", "叶", "周", "卢", "钟", "袁", "莫", "谢", "邓", "曾",
    "杨", "冯", "郑", "朱", "苏", "麦", "尹", "温", "方", "香", "祁", "蔡", "邝", "翟", "简", "游", "詹", "赖", "殷", "萧",
    "霍", "黎", "彭", "唐", "余", "潘", "欧阳", "司徒",
];

const ELDER_WOMEN: [&str; 24] = [
    "惠芳", "丽娟", "桂英", "秀兰", "玉莲", "凤仪", "月娥", "少芬", "瑞珍", "金好", "笑容", "带娣", "爱群", "淑贞", "婉仪", "锦霞",
    "顺好", "彩云", "美玲", "燕玲", "银欢", "润娣", "柳青", "碧霞",
];

const ELDER_MEN: [&str; 24] = [
    "伟明", "志强", "国华", "建国", "树根", "炳坤", "耀祖", "锡林", "浩然", "润添", "沛林", "柱文", "金水", "树荣", "国良", "永康",
    "照林", "灿坤", "富华", "志光", "满堂", "镜波", "观庆", "伯年",
];

const WOMEN: [&str; 24] = [
    "静雯", "嘉敏", "晓彤", "颖诗", "敏仪", "雅婷", "思琪", "倩雯", "海燕", "雪梅", "丹丹", "小玲", "慧敏", "咏诗", "文静", "春燕",
    "佩珊", "婷婷", "绮雯", "丽华", "艳芳", "素云", "晓琳", "洁仪",
];

const MEN: [&str; 24] = [
    "志伟", "俊杰", "家豪", "伟杰", "文辉", "振邦", "子轩", "海涛", "建军", "永强", "浩文", "国栋", "健辉", "锦华", "泽楷", "宇航",
    "立新", "耀东", "小军", "冠中", "柏霖", "景行", "学文", "德胜",
];

const CHILDREN: [&str; 24] = [
    "梓涵", "子墨", "浩轩", "诗涵", "宇轩", "欣怡", "思远", "可馨", "俊熙", "雨桐", "睿哲", "语晨", "家乐", "芷晴", "乐瑶", "承熙",
    "星辰", "一诺", "沐阳", "若曦", "嘉懿", "奕辰", "穗宁", "柏言",
];

/// Somebody invented.
pub(super) struct Invented {
    pub(super) name: String,
    /// `f` or `m`
    pub(super) sex: &'static str,
    pub(super) birth_date: Date,
    pub(super) phone: Option<String>,
}

/// The same people in the same order for the same seed.
pub(super) struct Inventor {
    pub(super) rng: StdRng,
    today: Date,
    phones: u32,
}

impl Inventor {
    pub(super) fn new(seed: u64, today: Date) -> Self {
        Self { rng: StdRng::seed_from_u64(seed), today, phones: 0 }
    }

    /// A resident: two in five are old, one in five is young, as in a center's hall on a weekday.
    pub(super) fn resident(&mut self) -> Invented {
        let age = match self.rng.random_range(0..10) {
            0..4 => self.rng.random_range(60..92),
            4..6 => self.rng.random_range(6..19),
            _ => self.rng.random_range(19..60),
        };
        self.aged(age)
    }

    pub(super) fn worker(&mut self) -> Invented {
        let age = self.rng.random_range(23..48);
        self.aged(age)
    }

    fn aged(&mut self, age: u64) -> Invented {
        let woman = self.rng.random_bool(0.6);
        let names: &[&str] = match (age, woman) {
            (0..19, _) => &CHILDREN,
            (60.., true) => &ELDER_WOMEN,
            (60.., false) => &ELDER_MEN,
            (_, true) => &WOMEN,
            (_, false) => &MEN,
        };
        let surname = SURNAMES.choose(&mut self.rng).copied().unwrap_or("陈");
        let given = names.choose(&mut self.rng).copied().unwrap_or("明");
        let days = age * 365 + age / 4 + self.rng.random_range(0..365);
        // A child comes with a parent's phone more often than with one of its own; some old people have none.
        let has_phone = self.rng.random_bool(if (14..80).contains(&age) { 0.95 } else { 0.4 });
        Invented {
            name: format!("{surname}{given}"),
            sex: if woman { "f" } else { "m" },
            birth_date: self.today.minus_days(days),
            phone: has_phone.then(|| self.phone()),
        }
    }

    /// Numbers beginning 1990000 are not given out; each is used once.
    fn phone(&mut self) -> String {
        self.phones += 1;
        format!("1990000{:04}", self.phones)
    }

    pub(super) fn chance(&mut self, probability: f64) -> bool {
        self.rng.random_bool(probability)
    }

    pub(super) fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        from.choose(&mut self.rng)
    }

    pub(super) fn between(&mut self, range: std::ops::Range<i64>) -> i64 {
        self.rng.random_range(range)
    }
}
