export {
  RACEBOX_GATT,
  RACEBOX_REQUESTS,
  type RaceBoxModel,
  raceboxName,
  raceboxNotifications,
  raceboxRequest,
} from "./gatt.ts";
export { racebox } from "./racebox.ts";
