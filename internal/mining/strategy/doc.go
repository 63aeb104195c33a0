// Package strategy holds what a miner may do other than publish each block at once:
// selfish and stubborn mining, blocks that are withheld for a while, blocks that leave
// transfers out, and a double spend. A [Strategy] is pure: it is told where the miner's
// own branch stands and what has happened, and says how much of it peers are to be
// shown, or that it is given up.
//
// Sources: I. Eyal and E. G. Sirer, Majority is not Enough: Bitcoin Mining is
// Vulnerable, Financial Cryptography 2014 (selfish, "SM1"); K. Nayak, S. Kumar, A.
// Miller and E. Shi, Stubborn Mining, EuroS&P 2016 (lead, fork, trail); M. Rosenfeld,
// Analysis of Hashrate-Based Double-Spending, 2012 (double spend).
package strategy
