/**
 * Names of the months as loggers and phones write them (English, German, French, Italian, Spanish, Portuguese, Dutch),
 * lower case and without accents. Names of weekdays (mardi, martedi, martes) must not pass for one.
 */
const NAMES: readonly string[] = [
  "jan january januar janvier janv gen gennaio ene enero janeiro januari",
  "feb february februar fevrier fevr fev febbraio febrero fevereiro februari",
  "mar march mrz marz maerz mars marzo marco mrt maart",
  "apr april avril avr aprile abr abril",
  "may mai mag maggio mayo maio mei",
  "jun june juni juin giu giugno junio junho",
  "jul july juli juillet juil lug luglio julio julho",
  "aug august aout aou ago agosto augustus",
  "sep sept september septembre set settembre septiembre setembro",
  "oct october okt oktober octobre ott ottobre octubre outubro",
  "nov november novembre noviembre novembro",
  "dec december dez dezember decembre dic dicembre diciembre dezembro",
];
const MONTHS = new Map(NAMES.flatMap((names, i) => names.split(" ").map((name) => [name, i + 1] as const)));

/** 1 to 12 for the name of a month or its usual abbreviation, also with a full stop. */
export const monthOf = (word: string): number | undefined =>
  MONTHS.get(
    word
      .normalize("NFD")
      .replace(/[\u0300-\u036f.]/g, "")
      .toLowerCase(),
  );
