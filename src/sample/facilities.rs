//! Service facilities of all kinds: in communities, in streets, at schools and parks, by the roads.

use std::collections::BTreeMap;

use super::compounds::{Built, Home, Land};
use super::defects::Defects;
use super::ledger::{Entry, Ledger, point};
use super::mesh::Kind;
use super::plane::{P, p};
use super::random::Dice;
use super::streets::Street;
use super::town::Town;
use crate::model::Date;
use crate::model::layers::Facility;

/// A kind of facility that communities have: how many on average, in country communities against town ones,
/// its word in names, floor area (m²), radius (m), circle.
struct Rule(&'static str, f64, f64, &'static str, f64, f64, &'static str);

const IN_COMMUNITIES: &[Rule] = &[
    Rule("community_hall", 1.0, 1.0, "居委会用房", 460.0, 500.0, "5"),
    Rule("service_station", 0.85, 0.9, "综合服务站", 620.0, 500.0, "5"),
    Rule("health_station", 0.75, 0.9, "卫生服务站", 180.0, 500.0, "5"),
    Rule("day_care", 0.45, 0.3, "日间照料中心", 380.0, 500.0, "5"),
    Rule("meal_hall", 0.34, 0.2, "老年食堂", 160.0, 900.0, "15"),
    Rule("infant_care", 0.4, 0.0, "托育点", 220.0, 300.0, "5"),
    Rule("kindergarten", 1.3, 0.7, "幼儿园", 2_600.0, 300.0, "5"),
    Rule("child_care", 0.35, 0.3, "儿童之家", 90.0, 500.0, "5"),
    Rule("culture_station", 0.6, 0.7, "文化活动站", 260.0, 500.0, "10"),
    Rule("library", 0.2, 0.1, "图书室", 120.0, 1_000.0, "15"),
    Rule("sports_ground", 0.9, 0.6, "健身场地", 800.0, 500.0, "5"),
    Rule("playground", 0.5, 0.2, "儿童游乐场", 300.0, 300.0, "5"),
    Rule("market", 0.4, 0.2, "农贸市场", 1_900.0, 500.0, "10"),
    Rule("supermarket", 0.7, 0.1, "超市", 900.0, 500.0, "10"),
    Rule("shop", 2.2, 1.3, "便利店", 60.0, 300.0, "5"),
    Rule("restaurant", 2.0, 0.5, "餐馆", 140.0, 300.0, "5"),
    Rule("pharmacy", 1.6, 0.4, "药店", 90.0, 500.0, "10"),
    Rule("household_service", 0.9, 0.2, "便民服务点", 40.0, 300.0, "5"),
    Rule("bank", 0.6, 0.1, "银行网点", 240.0, 1_000.0, "15"),
    Rule("post_parcel", 1.3, 0.6, "快递驿站", 50.0, 300.0, "5"),
    Rule("public_toilet", 1.2, 0.5, "公共厕所", 50.0, 300.0, "5"),
    Rule("waste", 1.0, 1.0, "垃圾收集站", 80.0, 500.0, "5"),
    Rule("parking", 0.5, 0.0, "停车场", 1_500.0, 500.0, "5"),
    Rule("charging", 0.6, 0.2, "充电站", 120.0, 500.0, "5"),
    Rule("shelter", 0.35, 0.4, "应急避难点", 1_200.0, 1_000.0, "15"),
    Rule("disability", 0.12, 0.0, "残疾人之家", 150.0, 1_000.0, "15"),
    Rule("worship", 0.05, 0.12, "寺", 600.0, 1_000.0, "15"),
    Rule("other", 0.04, 0.0, "便民设施", 60.0, 300.0, "5"),
];

/// What every street has one of, and what only some have.
const IN_STREETS: &[Rule] = &[
    Rule("health_centre", 1.0, 1.0, "社区卫生服务中心", 2_400.0, 1_000.0, "15"),
    Rule("elder_centre", 1.0, 1.0, "综合养老服务中心", 1_500.0, 1_000.0, "15"),
    Rule("elder_home", 1.0, 1.0, "养老院", 3_800.0, 1_500.0, "15"),
    Rule("police_station", 1.0, 1.0, "派出所", 1_600.0, 1_000.0, "15"),
    Rule("government", 1.0, 1.0, "办事处", 3_000.0, 1_000.0, "15"),
    Rule("justice", 1.0, 1.0, "司法所", 300.0, 1_000.0, "15"),
    Rule("fire_station", 0.6, 1.0, "消防站", 2_200.0, 3_000.0, "15"),
    Rule("funeral", 0.1, 1.0, "治丧点", 900.0, 3_000.0, "15"),
];

/// Beds of running homes for elders, as the district's plan starts from, and of those planned.
const BEDS: [i64; 2] = [1_962, 2_038];

struct Writer<'a> {
    town: &'a Town,
    dice: Dice,
    serial: usize,
    /// how often each name is there already
    names: BTreeMap<String, usize>,
}

/// Writes all facilities.
pub(super) fn write(
    town: &Town,
    streets: &[Street],
    built: &Built,
    ledger: &mut Ledger,
    defects: &mut Defects,
) {
    let mut writer =
        Writer { town, dice: Dice::new(town.seed, "facilities"), serial: 0, names: BTreeMap::new() };
    let mut of_community: Vec<Vec<&Home>> = vec![Vec::new(); town.communities.len()];
    for home in &built.homes {
        if let Some(at) = home.community {
            of_community[at].push(home);
        }
    }
    for (community, homes) in of_community.iter().enumerate() {
        writer.write_community(community, homes, ledger);
    }
    writer.write_streets(&of_community, ledger);
    for land in &built.lands {
        writer.write_land(land, ledger);
    }
    writer.write_stops(streets, ledger);
    writer.write_strays(built, ledger, defects);
}

impl Writer<'_> {
    /// The facility without what only some have.
    fn plain(&mut self, kind: &str, stem: &str, word: &str, community: Option<usize>) -> Facility {
        let base = format!("{stem}{word}");
        let seen = self.names.entry(base.clone()).or_insert(0);
        *seen += 1;
        let name = if *seen > 1 { format!("{base}（{seen}）") } else { base };
        let code = community.map(|at| self.town.communities[at].code.clone());
        Facility {
            name,
            kind: Some(kind.into()),
            circle: None,
            status: Some("running".into()),
            address: None,
            served_communities: code.iter().cloned().collect(),
            community_code: code,
            floor_area_m2: None,
            site_area_m2: None,
            beds: None,
            nursing_beds: None,
            capacity: None,
            opening_hours: None,
            operator: None,
            standard_profile: None,
            radius_m: None,
            verified: Date::new(2026, 3 + (self.serial % 6) as i8, 1 + (self.serial % 28) as i8),
        }
    }

    fn by_rule(&mut self, rule: &Rule, stem: &str, community: Option<usize>) -> Facility {
        let &Rule(kind, _, _, word, floor, radius, circle) = rule;
        let floor = (floor * self.dice.between(0.55, 1.5) / 10.0).round() * 10.0;
        let planned = self.dice.chance(0.05);
        Facility {
            circle: Some(circle.into()),
            status: Some(if planned { "planned" } else { "running" }.into()),
            floor_area_m2: Some(floor),
            radius_m: Some(radius),
            opening_hours: Some(
                match kind {
                    "public_toilet" | "parking" | "charging" | "shelter" | "police_station" => "00:00-24:00",
                    "market" | "shop" | "supermarket" => "07:00-22:00",
                    _ => "09:00-17:30",
                }
                .into(),
            ),
            operator: Some(self.operator(kind, community)),
            capacity: matches!(kind, "meal_hall" | "day_care" | "infant_care")
                .then_some(30 + (floor / 8.0) as i64),
            ..self.plain(kind, stem, word, community)
        }
    }

    /// Who runs a facility: the committee, the street's office, a bureau or somebody in business.
    fn operator(&self, kind: &str, community: Option<usize>) -> String {
        let Some(place) = community.map(|at| &self.town.communities[at]) else {
            return "演示经营者".into();
        };
        let street = self.town.streets[place.street].name;
        let turn = self.serial % 3;
        match kind {
            "community_hall" | "service_station" | "culture_station" | "library" | "child_care" => {
                format!("{}居民委员会", place.short)
            }
            "sports_ground" | "playground" | "shelter" | "disability" | "meal_hall" | "day_care"
                if turn > 0 =>
            {
                format!("{}居民委员会", place.short)
            }
            "meal_hall" | "day_care" | "elder_centre" | "elder_home" if turn == 0 => {
                "演示养老服务公司".into()
            }
            "health_station" => format!("{street}社区卫生服务中心"),
            "health_centre" => "五华区卫生健康局（演示）".into(),
            "police_station" => "五华区公安分局（演示）".into(),
            "justice" => "五华区司法局（演示）".into(),
            "fire_station" => "五华区消防救援大队（演示）".into(),
            "public_toilet" | "waste" if turn == 0 => "五华区城市管理局（演示）".into(),
            "infant_care" => "演示托育公司".into(),
            "kindergarten" if turn == 0 => "五华区教育体育局（演示）".into(),
            "kindergarten" => "演示教育公司".into(),
            "market" => "演示市场管理公司".into(),
            "parking" | "charging" => "演示城市服务公司".into(),
            "post_parcel" => "演示快递加盟商".into(),
            "bank" => "演示银行".into(),
            "worship" => "寺务管理小组（演示）".into(),
            "shop" | "supermarket" | "restaurant" | "pharmacy" | "household_service" => "演示经营者".into(),
            _ if street.ends_with("街道") => format!("{street}办事处"),
            _ => format!("{street}管理委员会"),
        }
    }

    fn add(&mut self, facility: Facility, at: P, ledger: &mut Ledger) -> String {
        self.serial += 1;
        let code = format!("{}F{:05}", self.town.county, self.serial);
        ledger.add(facility, Entry::at(code.clone(), point(self.town.terrain.place(at))));
        code
    }

    /// A spot inside one of some homes.
    fn spot(&mut self, homes: &[&Home]) -> Option<P> {
        let home = homes.get(self.dice.below(homes.len()))?;
        Some(home.centre + p(self.dice.between(-12.0, 12.0), self.dice.between(-12.0, 12.0)))
    }

    fn write_community(&mut self, community: usize, homes: &[&Home], ledger: &mut Ledger) {
        let place = &self.town.communities[community];
        let stem = place.short.trim_end_matches("社区");
        let country = self.town.terrain.urban(place.centre) < 0.4;
        for rule in IN_COMMUNITIES {
            let mean = if country { rule.2 } else { rule.1 };
            let count = mean.floor() as usize + usize::from(self.dice.chance(mean - mean.floor()));
            for _ in 0..count {
                let Some(at) = self.spot(homes) else { continue };
                let stem = if rule.0 == "community_hall" { place.short } else { stem };
                let facility = self.by_rule(rule, stem, Some(community));
                self.add(facility, at, ledger);
            }
        }
    }

    fn write_streets(&mut self, of_community: &[Vec<&Home>], ledger: &mut Ledger) {
        let count = self.town.streets.len();
        for street in 0..count {
            let name = if self.town.streets[street].name.starts_with("昆明国家") {
                "高新区"
            } else {
                self.town.streets[street].name
            };
            let own: Vec<usize> =
                (0..of_community.len()).filter(|&at| self.town.communities[at].street == street).collect();
            for rule in IN_STREETS {
                let mean = if street + 2 == count { rule.2 } else { rule.1 };
                if !self.dice.chance(mean) {
                    continue;
                }
                let community = own[self.dice.below(own.len())];
                let Some(at) = self.spot(&of_community[community]) else { continue };
                let mut facility = self.by_rule(rule, name, Some(community));
                facility.served_communities =
                    own.iter().map(|&at| self.town.communities[at].code.clone()).collect();
                // Two streets go without an elder centre, and four homes for elders are still plans.
                let planned = match rule.0 {
                    "elder_centre" => street % 5 == 3,
                    "elder_home" => street % 3 == 2,
                    _ => false,
                };
                facility.status = Some(if planned { "planned" } else { "running" }.into());
                if rule.0 == "elder_home" {
                    let beds = beds_of(street, count, planned);
                    facility.beds = Some(beds);
                    facility.nursing_beds = Some(beds * 3 / 10);
                }
                self.add(facility, at, ledger);
            }
        }
    }

    fn write_land(&mut self, land: &Land, ledger: &mut Ledger) {
        let kind = match land.kind {
            "school" if self.dice.chance(0.62) => "primary_school",
            "school" => "middle_school",
            "park" | "scenic" => "park",
            "square" => "square",
            "hospital" => "hospital",
            "campus" => "college",
            "sports" => "sports_ground",
            _ => return,
        };
        let word = match kind {
            "primary_school" => "小学",
            "middle_school" => "中学",
            _ => "",
        };
        let stem = land.name.clone().unwrap_or_default();
        let stem = stem.strip_suffix("学校").filter(|_| !word.is_empty()).unwrap_or(&stem);
        let mut facility = self.plain(kind, stem, word, land.community);
        (facility.radius_m, facility.circle) = match kind {
            "primary_school" => (Some(500.0), Some("10".into())),
            "middle_school" | "hospital" => (Some(1_000.0), Some("15".into())),
            _ => (Some(500.0), Some("10".into())),
        };
        self.add(facility, land.centre, ledger);
    }

    /// Bus stops along the great streets, stations where two of them meet.
    fn write_stops(&mut self, streets: &[Street], ledger: &mut Ledger) {
        let mut stations: Vec<P> = Vec::new();
        for street in streets.iter().filter(|s| s.own && matches!(s.kind, Kind::Arterial | Kind::Secondary)) {
            let Some(name) = street.name else { continue };
            let mut since = 0.0;
            for side in &street.sides {
                let (a, b) = (
                    self.town.mesh.nodes[self.town.mesh.start(*side)],
                    self.town.mesh.nodes[self.town.mesh.end(*side)],
                );
                since += a.to(b);
                let every = if street.kind == Kind::Arterial { 620.0 } else { 900.0 };
                if since < every {
                    continue;
                }
                since = 0.0;
                let Some(community) = self.town.community_left_of(*side) else { continue };
                let facility = self.plain("bus_stop", name.name, "公交站", Some(community));
                self.add(facility, (a + b) * 0.5 + (b - a).unit().left() * 15.0, ledger);
                if street.kind == Kind::Arterial
                    && stations.len() < 16
                    && stations.iter().all(|s| s.to(b) > 1_100.0)
                {
                    stations.push(b);
                    let facility = self.plain("rail_station", name.name, "地铁站", Some(community));
                    self.add(facility, (a + b) * 0.5 + (b - a).unit().left() * 18.0, ledger);
                }
            }
        }
    }

    /// Two that lie in no community: one in the gap, one beyond the border.
    fn write_strays(&mut self, built: &Built, ledger: &mut Ledger, defects: &mut Defects) {
        if let Some(gap) = self.town.gap {
            let (_, middle) = self.town.mesh.area_and_centroid(gap);
            let at =
                built.homes.iter().find(|home| home.community.is_none()).map_or(middle, |home| home.centre);
            let facility = self.plain("shop", "无主地块", "便利店", None);
            defects.stray_facilities.push(self.add(facility, at, ledger));
        }
        if self.town.tile == 0 {
            let facility = self.plain("pharmacy", "盘龙江东岸", "药店", None);
            defects.stray_facilities.push(self.add(facility, p(2_250.0, 1_100.0), ledger));
        }
    }
}

/// Beds of the home for elders of a street: all running ones add up to the plan's start, all planned ones to its aim.
fn beds_of(street: usize, streets: usize, planned: bool) -> i64 {
    let group: Vec<usize> = (0..streets).filter(|at| (at % 3 == 2) == planned).collect();
    let total = BEDS[usize::from(planned)];
    let count = group.len() as i64;
    let extra = i64::from(group.first() == Some(&street)) * (total % count);
    total / count + extra
}
