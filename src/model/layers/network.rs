//! Roads and water (道路、水系): what people walk on, what borders follow.

use super::layer;

layer! {
    /// 道路: a street, lane or path, by centre line, with what walking needs to know.
    pub struct Road("road", Line) {
        name: Option<String>,
        roman: Option<String>,
        class: Option<String> [list = "road_class"],
        foot: Option<String> [list = "foot_access"],
        sidewalk: Option<String> [list = "sidewalk"],
        one_way: Option<bool>,
        foot_one_way: Option<bool>,
        bridge: Option<bool>,
        tunnel: Option<bool>,
        level: Option<i64>,
        steps: Option<bool>,
        step_count: Option<i64>,
        incline: Option<String>,
        surface: Option<String>,
        width_m: Option<f64> [unit = "m"],
        lanes: Option<i64>,
        crossing: Option<String>,
    }
}

layer! {
    /// 水系: rivers, lakes, reservoirs, ditches, by centre line or area.
    pub struct Water("water", Any) {
        name: Option<String>,
        roman: Option<String>,
        kind: Option<String> [list = "water_kind"],
        width_m: Option<f64> [unit = "m"],
        intermittent: Option<bool>,
        tunnel: Option<bool>,
    }
}
