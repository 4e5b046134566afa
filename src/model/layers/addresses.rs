//! Signs and door plates (地名标志、门楼牌).

use super::{Layer, by_code, layer};
use crate::model::Date;

layer! {
    /// 地名标志: a sign that stands somewhere and says a name.
    pub struct Sign("sign", Point) {
        text: String,
        roman: Option<String>,
        minority_text: Option<String>,
        place_code: Option<String>,
        road_code: Option<String> [refers = by_code(Layer::Road)],
        kind: Option<String> [list = "sign_kind"],
        direction: Option<String> [list = "sign_direction"],
        mount: Option<String> [list = "sign_mount"],
        facing_deg: Option<f64> [unit = "°"],
        side: Option<String>,
        material: Option<String>,
        size_mm: Option<String> [unit = "mm"],
        colours: Option<String>,
        qr: Option<String>,
        condition: Option<String> [list = "sign_condition"],
        installer: Option<String>,
        installed: Option<Date>,
        maintainer: Option<String>,
        retired: Option<Date>,
        cost_yuan: Option<f64> [unit = "元"],
    }
}

layer! {
    /// 门楼牌: a plate with a number. Its business code is the address code (地址编码).
    pub struct DoorPlate("door_plate", Point) {
        plate_no: String,
        road: Option<String>,
        road_code: Option<String> [refers = by_code(Layer::Road)],
        sub_no: Option<String>,
        building_no: Option<String>,
        unit_no: Option<String>,
        room_no: Option<String>,
        full_address: Option<String>,
        original_address: Option<String>,
        county: Option<String>,
        township: Option<String>,
        community: Option<String>,
        postcode: Option<String>,
        kind: Option<String> [list = "plate_kind"],
        size_mm: Option<String> [unit = "mm"],
        status: Option<String> [list = "plate_status"],
        side: Option<String> [list = "plate_side"],
        origin_distance_m: Option<f64> [unit = "m"],
        confirmation_no: Option<String>,
        confirmed: Option<Date>,
        batch: Option<String>,
        installed: Option<Date>,
        qr: Option<String>,
    }
}

impl Sign {
    /// A sign with its text and nothing else.
    pub fn saying(text: &str) -> Self {
        Self {
            text: text.into(),
            roman: None,
            minority_text: None,
            place_code: None,
            road_code: None,
            kind: None,
            direction: None,
            mount: None,
            facing_deg: None,
            side: None,
            material: None,
            size_mm: None,
            colours: None,
            qr: None,
            condition: None,
            installer: None,
            installed: None,
            maintainer: None,
            retired: None,
            cost_yuan: None,
        }
    }
}

impl DoorPlate {
    /// A plate with its number and nothing else.
    pub fn numbered(plate_no: &str) -> Self {
        Self {
            plate_no: plate_no.into(),
            road: None,
            road_code: None,
            sub_no: None,
            building_no: None,
            unit_no: None,
            room_no: None,
            full_address: None,
            original_address: None,
            county: None,
            township: None,
            community: None,
            postcode: None,
            kind: None,
            size_mm: None,
            status: None,
            side: None,
            origin_distance_m: None,
            confirmation_no: None,
            confirmed: None,
            batch: None,
            installed: None,
            qr: None,
        }
    }
}
