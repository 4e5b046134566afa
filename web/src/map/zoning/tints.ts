/** The tints of zones, told apart also by those who see no red or no green; names and figures on the map say the same. */
export const TINTED = ['#7fb3d5', '#f2c14e', '#8fbc8f', '#d98880', '#b39ddb', '#c8ad7f', '#80cbc4', '#f4a3c0'] as const
