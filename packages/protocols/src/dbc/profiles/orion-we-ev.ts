import type { DbcProfile } from "./profile.ts";

/**
 * A configuration in use on a converted car: state of charge first, voltages of the extreme cells. Layout and frames:
 * erikhedb/WE-EV-CAN-Dashboard, CANBUS.md.
 */
export const ORION_WE_EV: DbcProfile = {
  title: "Orion BMS 2, another configuration in use",
  dbc: `VERSION ""
NS_ :
BS_:
BU_: BMS

BO_ 1712 Orion_Pack: 8 BMS
 SG_ Pack_SOC : 7|16@0+ (0.5,0) [0|100] "%" Vector__XXX
 SG_ Cells : 23|16@0+ (1,0) [0|0] "" Vector__XXX
 SG_ Pack_Voltage : 39|16@0+ (0.01,0) [0|0] "V" Vector__XXX

BO_ 1713 Orion_High_Cell: 8 BMS
 SG_ High_Cell_ID : 7|16@0+ (1,0) [0|0] "" Vector__XXX
 SG_ Pack_Current : 23|16@0- (0.1,0) [0|0] "A" Vector__XXX
 SG_ High_Cell_Voltage : 39|16@0+ (0.0001,0) [0|0] "V" Vector__XXX

BO_ 1714 Orion_Low_Cell: 8 BMS
 SG_ Low_Cell_ID : 7|16@0+ (1,0) [0|0] "" Vector__XXX
 SG_ Low_Cell_Voltage : 39|16@0+ (0.0001,0) [0|0] "V" Vector__XXX

BO_ 1715 Orion_Temperatures: 8 BMS
 SG_ High_Temperature : 7|16@0- (1,0) [0|0] "C" Vector__XXX
 SG_ Low_Temperature : 39|16@0- (1,0) [0|0] "C" Vector__XXX

BO_ 1716 Orion_Control: 8 BMS
 SG_ Discharge_Relay : 8|1@0+ (1,0) [0|1] "" Vector__XXX
 SG_ Charge_Relay : 9|1@0+ (1,0) [0|1] "" Vector__XXX
 SG_ Charger_Safety : 10|1@0+ (1,0) [0|1] "" Vector__XXX
 SG_ Malfunction : 11|1@0+ (1,0) [0|1] "" Vector__XXX
 SG_ Ready : 14|1@0+ (1,0) [0|1] "" Vector__XXX
 SG_ Charging : 15|1@0+ (1,0) [0|1] "" Vector__XXX
 SG_ Charge_Current_Limit : 23|16@0+ (1,0) [0|0] "A" Vector__XXX

CM_ SG_ 1713 Pack_Current "positive while discharging";
`,
  map: `Pack_SOC=battery.soc
Pack_Voltage=battery.voltage
Pack_Current=battery.current
High_Cell_Voltage=battery.cell.max
Low_Cell_Voltage=battery.cell.min
High_Temperature=battery.temp`,
};
