//! Cultures that write Thai, Han, Kana and Hangul. Family names come first there, which Google knows.

use super::culture::{Culture, k, n};

/// Thailand.
pub(super) const THAI: Culture = Culture {
    language: "th",
    given: &[
        n("กนกวรรณ", "kanokwan"),
        n("ณัฐพงษ์", "nattapong"),
        n("ปิยะดา", "piyada"),
        n("วิไลลักษณ์", "wilailak"),
        n("ศุภชัย", "supachai"),
        n("อรทัย", "orathai"),
    ],
    family: &[
        n("แก้วมณี", "kaewmanee"),
        n("จันทร์เพ็ญ", "chanpen"),
        n("ทองประเสริฐ", "thongprasert"),
        n("วงศ์สุวรรณกูล", "wongsuwankul"),
        n("ศรีสมุทร", "srisamut"),
    ],
    phonetic: true,
    prefixes: &["คุณ", "ดร.", "นพ."],
    jobs: &["วิศวกร", "นักบัญชี", "ผู้จัดการฝ่ายขาย", "ครู"],
    streets: &["ถนนดอกบัว", "ซอยน้ำพุ", "ถนนริมคลอง"],
    places: &[("เมืองตัวอย่าง", "เชียงใหม่", "00099"), ("บ้านสวน", "ชลบุรี", "00098")],
    country: ("ประเทศไทย", "TH"),
    notes: &["โทรกลับตอนบ่าย", "เจอกันที่งานแสดงสินค้า 🐘", "ชอบทานเผ็ด"],
};

/// Han characters, simplified and traditional.
pub(super) const CHINESE: Culture = Culture {
    language: "zh",
    given: &[
        n("嘉怡", "jiayi"),
        n("國棟", "guodong"),
        n("晓燕", "xiaoyan"),
        n("思远", "siyuan"),
        n("梓涵", "zihan"),
        n("美玲", "meiling"),
        n("𠮷祥", "jixiang"),
    ],
    family: &[
        n("歐陽", "ouyang"),
        n("司马", "sima"),
        n("陳", "chen"),
        n("赵", "zhao"),
        n("龔", "gong"),
        n("穆", "mu"),
        n("諸葛", "zhuge"),
    ],
    phonetic: true,
    prefixes: &["先生", "女士", "博士"],
    jobs: &["软件工程师", "會計師", "销售经理", "翻译"],
    streets: &["梧桐路", "解放大道", "荷花巷", "民生東路"],
    places: &[("示例市", "江南省", "000099"), ("新樂鎮", "東海縣", "000098")],
    country: ("中国", "CN"),
    notes: &["下午三点以后再打。", "展会上认识的 🐼", "喜歡喝烏龍茶。"],
};

/// Japan.
pub(super) const JAPANESE: Culture = Culture {
    language: "ja",
    given: &[
        k("桜子", "sakurako", "サクラコ"),
        k("翔太", "shota", "ショウタ"),
        k("ひなた", "hinata", "ヒナタ"),
        k("健一郎", "kenichiro", "ケンイチロウ"),
        k("マリア", "maria", "マリア"),
        k("雪乃", "yukino", "ユキノ"),
    ],
    family: &[
        k("東雲", "shinonome", "シノノメ"),
        k("五十嵐", "igarashi", "イガラシ"),
        k("髙橋", "takahashi", "タカハシ"),
        k("小鳥遊", "takanashi", "タカナシ"),
        k("渡邊", "watanabe", "ワタナベ"),
        k("月見里", "yamanashi", "ヤマナシ"),
    ],
    phonetic: true,
    prefixes: &["様", "先生"],
    jobs: &["営業部長", "デザイナー", "税理士", "エンジニア"],
    streets: &["見本町１丁目", "桜通り", "緑ヶ丘２丁目"],
    places: &[("見本市", "架空県", "000-0099"), ("青葉村", "北海道", "000-0098")],
    country: ("日本", "JP"),
    notes: &["午後に折り返し電話。", "展示会で名刺交換 🗻", "ｶﾀｶﾅの社名に注意。"],
};

/// Korea.
pub(super) const KOREAN: Culture = Culture {
    language: "ko",
    given: &[
        n("가람", "garam"),
        n("나래", "narae"),
        n("도윤", "doyun"),
        n("서연", "seoyeon"),
        n("하늘", "haneul"),
        n("지훈", "jihun"),
    ],
    family: &[
        n("남궁", "namgung"),
        n("독고", "dokgo"),
        n("선우", "seonu"),
        n("제갈", "jegal"),
        n("황보", "hwangbo"),
        n("탁", "tak"),
    ],
    phonetic: true,
    prefixes: &["님", "박사", "교수"],
    jobs: &["회계사", "개발자", "영업 과장", "간호사"],
    streets: &["무궁화로", "은하수길", "한강대로"],
    places: &[("보기시", "강원도", "00099"), ("새마을읍", "제주도", "00098")],
    country: ("대한민국", "KR"),
    notes: &["오후에 다시 전화하기.", "전시회에서 만남 🥢", "매운 음식을 좋아함."],
};
