/* English: what every page says. */

export const common = {
  loading: "Loading...",
  dismiss: "Dismiss this message",
  skip: "Skip to the content",
  cancel: "Cancel",
  close: "Close",
  logOut: "Log out",
  minutes: (n: number) => (n === 1 ? "1 minute" : `${n} minutes`),
};

export const errors = {
  offline: "The server cannot be reached. Please check your network connection.",
  retry: "Try again",
  requestId: (id: string) => `If you ask for help, please give this number: ${id}`,
};

export const signIn = {
  title: "Sign in to myCamu",
  intro: "Please use the username and password that your institution gave you.",
  username: "Username",
  password: "Password",
  submit: "Sign in",
  wrong: "The username or the password is not right. Please try again.",
  throttled: (s: number) =>
    s > 0
      ? `There were too many attempts. Please try again in ${s} seconds.`
      : "There were too many attempts. Please wait a minute and try again.",
  againTitle: "Please sign in again",
  againText:
    "You were signed out, perhaps because a long time has passed. Nothing is lost: sign in, and everything goes on where it was.",
};

export const frame = {
  signedOut: "Please sign in again.",
};

export const language = {
  label: "Language",
};
