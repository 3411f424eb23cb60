//! The rules of the product, each in a file of its number.

mod r01_first_run;
mod r02_daily;
mod r03_adding;
mod r04_removing;
mod r05_one_way;
mod r06_overwritten;
mod r07_additions;
mod r08_group_name;
mod r09_eligible;
mod r10_personal_only;
mod r11_tag;
mod r12_present;
mod r13_deleting;

const ANN: &str = "ann@corp.example";
const BOB: &str = "bob@corp.example";
const CAROL: &str = "carol@corp.example";
