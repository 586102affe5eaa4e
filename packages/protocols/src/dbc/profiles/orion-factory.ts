import type { DbcProfile } from "./profile.ts";

/**
 * Orion BMS with the broadcast messages of its factory template, 500 kbit/s, big-endian. The unit has no fixed
 * messages: compare with the unit's own configuration, and change this file where it differs.
 */
export const ORION_FACTORY: DbcProfile = {
  title: "Orion BMS, messages of the factory template",
  dbc: `VERSION ""
NS_ :
BS_:
BU_: BMS

BO_ 1712 Orion_Pack: 8 BMS
 SG_ Pack_Current : 7|16@0- (0.1,0) [0|0] "A" Vector__XXX
 SG_ Pack_Voltage : 23|16@0+ (0.1,0) [0|0] "V" Vector__XXX
 SG_ Pack_SOC : 39|8@0+ (0.5,0) [0|100] "%" Vector__XXX
 SG_ Relay_State : 47|16@0+ (1,0) [0|0] "" Vector__XXX

BO_ 1713 Orion_Limits: 8 BMS
 SG_ Discharge_Current_Limit : 7|16@0+ (1,0) [0|0] "A" Vector__XXX
 SG_ High_Temperature : 39|8@0- (1,0) [0|0] "C" Vector__XXX
 SG_ Low_Temperature : 47|8@0- (1,0) [0|0] "C" Vector__XXX

BO_ 54 Orion_Cell: 8 BMS
 SG_ Cell_ID : 7|8@0+ (1,0) [0|0] "" Vector__XXX
 SG_ Cell_Voltage : 15|16@0+ (0.0001,0) [0|0] "V" Vector__XXX
 SG_ Cell_Resistance : 30|15@0+ (0.00001,0) [0|0] "Ohm" Vector__XXX
 SG_ Cell_Balancing : 31|1@0+ (1,0) [0|1] "" Vector__XXX
 SG_ Cell_Open_Voltage : 47|16@0+ (0.0001,0) [0|0] "V" Vector__XXX

CM_ BO_ 1712 "0x6B0";
CM_ BO_ 1713 "0x6B1";
CM_ BO_ 54 "0x036, one cell a frame in turn";
CM_ SG_ 1712 Pack_Current "positive while discharging";
CM_ SG_ 54 Cell_Resistance "sent in 0.01 mOhm";
`,
  map: `Orion_Pack.Pack_Current=battery.current
Orion_Pack.Pack_Voltage=battery.voltage
Orion_Pack.Pack_SOC=battery.soc
Orion_Limits.High_Temperature=battery.temp`,
};
