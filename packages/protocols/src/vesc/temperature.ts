/** An open NTC reads -70 degC and below; the firmware gives -100 for a reading beyond -200 to 600 degC. */
const LOWEST = -50;
const HIGHEST = 300;

/** What stands on the wire for a sensor that is not there: the firmware's own value for a failed one. */
export const NO_SENSOR_DEGC = -100;

/** A temperature, or NaN where no working sensor can have sent it. */
export const sensorDegC = (degC: number): number => (degC > LOWEST && degC < HIGHEST ? degC : Number.NaN);

/** As `sensorDegC`; a motor whose sensor type is "disabled" reports exactly 0. */
export const motorDegC = (degC: number, isFitted: boolean): number =>
  degC === 0 && !isFitted ? Number.NaN : sensorDegC(degC);
