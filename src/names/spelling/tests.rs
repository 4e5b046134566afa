//! Examples of the rules, names of offices, doubts, and what is no name.

use super::*;

fn spell(name: &str) -> Spelling {
    Speller::standard().unwrap().spell(name, None, None)
}

#[test]
fn examples_of_the_rules_that_are_not_in_the_suite() {
    for (name, division, spelling) in [
        ("汾河", "汾/河", "Fén Hé"),
        ("台湾海峡", "台湾/海峡", "Táiwān Hǎixiá"),
        ("潮白新河", "潮白/新河", "Cháobái Xīnhé"),
        ("朝阳门内大街", "朝阳门内/大街", "Cháoyángménnèi Dàjiē"),
        ("南横东街", "南横/东街", "Nánhéng Dōngjiē"),
        ("广安门北滨河路", "广安门/北滨河/路", "Guǎng’ānmén Běibīnhé Lù"),
        ("包头胡同东巷", "包头/胡同/东巷", "Bāotóu Hútong Dōngxiàng"),
        ("天宁寺西里一巷", "天宁寺/西里/一/巷", "Tiānníngsì Xīlǐ 1 Xiàng"),
        ("三环路", "三/环/路", "3 Huán Lù"),
        ("第六屯", "第六屯", "Dìliùtún"),
        ("三八路", "三八/路", "Sānbā Lù"),
        ("武汉长江大桥", "武汉/长江/大桥", "Wǔhàn Chángjiāng Dàqiáo"),
        ("北京市宣武区育才学校", "北京/市/宣武/区/育才/学校", "Běijīng Shì Xuānwǔ Qū Yùcái Xuéxiào"),
        ("天峨", "天峨", "Tiān’é"),
    ] {
        let spelled = spell(name);
        assert_eq!((&*spelled.division, &*spelled.spelling), (division, spelling), "{name}");
    }
}

#[test]
fn names_as_offices_have_them() {
    for (name, toneless) in [
        ("威远街社区居民委员会", "Weiyuanjie Shequ Jumin Weiyuanhui"),
        ("翠湖西路", "Cuihu Xilu"),
        ("一二一大街", "Yi’eryi Dajie"),
        ("云南省昆明市五华区", "Yunnan Sheng Kunming Shi Wuhua Qu"),
        ("恩施土家族苗族自治州", "Enshi Tujiazu Miaozu Zizhizhou"),
        ("大树村村民委员会", "Dashucun Cunmin Weiyuanhui"),
        ("女儿河", "Nü’er He"),
        ("中山一路", "Zhongshan 1 Lu"),
    ] {
        assert_eq!(spell(name).toneless, toneless, "{name}");
    }
}

#[test]
fn the_class_decides_where_the_name_does_not() {
    let speller = Speller::standard().unwrap();
    let division = |name, class| speller.spell(name, Some(class), None).division;
    assert_eq!(division("三岔河", Class::Water), "三岔/河");
    assert_eq!(division("三岔河", Class::Village), "三岔河");
    assert_eq!(division("漷县", Class::Division), "漷/县");
    assert_eq!(division("解放桥", Class::Bridge), "解放/桥");
}

#[test]
fn doubtful_readings_are_said_and_settled_by_the_place() {
    let speller = Speller::standard().unwrap();
    let doubt = spell("六合");
    assert_eq!(doubt.spelling, "Lùhé");
    assert_eq!(doubt.uncertain.len(), 1);
    assert_eq!(doubt.uncertain[0].candidates, [Box::from("lù"), Box::from("liù")]);
    let there = speller.spell("六合", None, Some("320116"));
    assert_eq!((&*there.spelling, there.uncertain.len()), ("Lùhé", 0));
    let elsewhere = speller.spell("六合", None, Some("150221"));
    assert_eq!((&*elsewhere.spelling, elsewhere.uncertain.len()), ("Liùhé", 0));
    assert_eq!(spell("重庆路").uncertain, []);
    assert!(!spell("泊里").uncertain.is_empty());
    assert!(!spell("台儿庄").uncertain.is_empty());
}

#[test]
fn nothing_breaks_on_what_is_no_name() {
    let long = "第一".repeat(5_000);
    for name in [
        "",
        " ",
        "路",
        "第",
        "第路",
        "一",
        "\u{0}\u{7}",
        "ABC",
        "12",
        "12路",
        "🏠街",
        "市",
        "市市市市",
        "环路",
        "一环路",
        &long,
    ] {
        let spelled = spell(name);
        assert_eq!(spelled.division.replace('/', ""), spelled.name, "{name}");
    }
}

#[test]
fn what_a_person_chose_is_spelled_and_no_longer_in_doubt() {
    let speller = Speller::standard().unwrap();
    let open = speller.spell("盆儿胡同", None, None);
    assert_eq!(open.uncertain.iter().map(|doubt| doubt.at).collect::<Vec<_>>(), [1]);
    let chosen = speller.spell_as("盆儿胡同", None, None, &[(1, "ér"), (9, "hé")]);
    assert!(chosen.uncertain.is_empty());
    assert_eq!(chosen.syllables.get(1).map(|said| &**said), Some("ér"));
    assert_ne!(chosen.spelling, open.spelling);
}
