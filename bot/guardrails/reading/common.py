"""Everyday French and English words that one letter separates from a word of the rules, and that mean something else.

They are the words of six letters and more among the 30,000 commonest of each language that `typos` would change.
"""

from typing import Final

_WORDS: Final = """
abattage abattement abattoir abattoirs abondance abordant absences absolue absorption abstention abundant abundantly
abusent acadiens accedent accelerates accent accessories acidity addressed addresses adhering administer
administering administers administrateur administrateurs administratif administratifs administration administrations
administratives administrator administrators adolescence adressait adressant advise affectee affecter affectes
affichage affichait affichant affilie aggression aggressively aggressor ailment ailments aiment aimerait algeria
alright amanda amandine amante amants amazone ambiance ameliorant ameliorations amende amended amendement
amendements amender amendes amiante amphitheatre angela anguille animales annales annexes annuel annuelle
annuellement annuelles annuels annulation anxiete apelle apercois apparaissait apparaissant apparaisse apparaissent
apparait apparaitra apparatus appareil appareils apparel apparement apparemment apparence apparences apparitions
appealed appealing appeals appela appelaient appelais appelait appelant appelle appellent appeller appellera
appellerai appellerait appelles appelons apples applis apprend apprendra apprendre apprendront apprends appuye
appuyee appuyes appuyez aptitude aretes arrested arteres articule articuler artificiel assent assoir athletic
athleticism athletics athletique athletisme atrocious atrocites atrocities atrocity attachement attachent attaquant
attaquants atteindra atteindre attentat attentats attente attentes attentif attentifs attention attentionne
attentions attentive attentivement auteur backed backing backyard bacteria bailing baiser baiting baking balades
banter baring barley barney batisse battant batter batteur batting battled battlefield battleground battles
battleship battre beasts beckett bedside believable believing belles berner betterment binder binding biologie
biologique biologiques biologist biologiste biologistes biologists bitter blanks blaster blending blessant blessing
blessings blight blinking blocage blogue blogueur blogueurs blogueuse boating bombing bombings bondage bonding
bottes bottling bouffon bought bouillir boulet bourdin boursier boursiere boursiers bowers bowles braking branch
branche branched branchee brancher branches branching braque braquer braqueur braqueurs brasil brasse brassens
brasserie brasseries brasseur breach breached breaches breaching breadth breakthrough breakthroughs breeding bresse
bridging brillent brilliant brilliantly brixton bronco brossard brothel brotherhood brothers brousse brussels bubble
bugger buisson bullies bullock burkini butter butterflies butterfly cachent caches cachot caisse caisses calotte
camara cambrai cambrian cambridge cambridgeshire cambriolage cambriolages cambrioleur cambrioleurs cameron campagne
campagnes camped cancel canceled canceling cancellation cancellations cancelling cancels cannibal cannibalism capter
carlton carnage carotte carottes carrure cartoon cashing casing cassie caster castro cauchemar cauchemars causing
cendrillon center centre centred centres centro cerises cerner certaine certainement certaines certainly certainty
chamber chambres champs chanel channing chanter chanting chargement charging chartier chases cheesy chenille
chenilles cheque cheques cherchaient cherchais cherchait cherchant cherchons chevaux cheveu chipped chloride chooses
choquant choquante choses churches cintre circles classy clauses cleanser cleansing clearing clement clever clinch
clinched clinic clinique cliniques clique cliquer cliques cliquez clones coached coachella coaches coarse coastal
cobain cocher coherente coiffee coleres collage collar colleagues collee collier collusion coluche combine combing
commend commet commun comparent complaisance compliance compliant complying compteur computer concern concernait
concernant concerne concerned concernee concernees concernent concerner concernes concerning concerns concert
concertation concerted concerto concerts concession concessionnaire concessionnaires concessions concrets confess
confesse confessed confesser confesses confessing confession confessional confessions confiante confiscated
confiscation confisque confisquer confonds confort confortable confortablement confortables conforte conforter
confucius congolais congolaise congolese conjonction conjunction connie consciences conservancy conservant
conservateur conservateurs conservation conservatism conservatisme conservative conservatives conservatoire
conservatoires conservatory conservatrice conservatrices conserving consoles consommateur consommateurs consommation
consommations consomme consommee consommees consomment consommer consommes constance constat construct constructed
constructeur constructeurs constructif constructing constructions constructive constructs consulate consultable
consultancy consultant consultants consultatif consultation consultations consultative consulting contacte contactes
contacting contained contaminer contend contenu contenue contenues contenus contient contiguous continent
continental continentale continents contingency contingent contours contra contrasted contrastes contrasting
contrasts contrat contrats controlant controller controllers controlling controls controverse controversee
controverses controversial controversies controversy convinces cooked cooper coques coquille coquilles corneille
cornes coroner couchage couchant couillard couillon coulant coupole courants courbure courent coussin coussins
couter couvrant crasse cratere crease creches criterion croate croates crochet crochets cronies croyons cruche
cruises crumbled cueillette cuisson cultural culturally cunning curiously curtain curtains custer daring datant
decede decedes decide decides declara decode defait defected defied demantele demantelement demanteler deniers
denise derriere detectee detecter deviant devint devoilant devoile devoilee devoilent devoiler devoiles devour
devoured devrais devrait differenciation differencie differente differentes disent disparate disparites disparities
disparition disparitions disparity distant distinguee distingues douloureuse douloureuses douloureux drifting dupuis
econome ecoule ecouler ecrira efficacite efficacy ejection election elections electrification electrified embellir
embellished embleme emeraude emergence empare emparent emparer empechee empereur empereurs empirical empirique
emprisonne emprisonnee emprisonnement emprisonner emprisonnes endorse endorsed endorsement endorsements endorses
enfers enfonce enforcement engendre enlevant enonces enormous enormously entende entente ententes entirely entirety
entraide entraina entrainait entrainant envoie envoient envoies envoya envoyait envoyant epique episodic equilibrer
equilibres equine escalade escalader essaie essaient essaierai essaies essayant essentiel essuye essuyer etendu
eternal eternally eternel eternelle eternellement eternels eternite eternity ethiopie etoffe etrangers etudiait
etudient evaluation evoque excede excedent exceder excerpt exchange exercice existant exorbitant expensive
experiences expliquait expliquant explose explosent exploser exposant exposants expose exposer exposing exposition
expositions exposure exposures exprimee exprimes expulser expulses extase extent exterieurs extremism extremisme
extremist extremiste extremistes extremists fables facile facturation facture factures falcon fasciste fasses
fatiguant feather featuring fiable fiables fiction financiers finnish firearm firearms firmes flanque flatter
flattered flattering fliers flipping flooring fluides foiled foncier fonciere foncierement foncieres fonciers
fonction fonctionnaire fonctionnaires fonctionnait fonctionnalite fonctionnalites fonctionnant fooling forets forged
forging formee formes forrest fortement fosses fouille fourier fourni fournie fournies fournir fournira fournis
fournissait fournissant fournissent fournisseur fournisseurs fournit fourniture fournitures fourriere fourrure
fourrures foutre foutues fraction frames francis francois freeing frequence frequences frequencies frequency
frequente fright fueling funding galerie galeries gallant galore gammes garbage gauchiste gauchistes geants gendre
generals generate geniales geniaux gentlemen gillet glissant glissante globales glossy glowing grader grades grammys
granted granting grants grapes grappe grasped grasping grasses grasset grassy grated gravite greffier greves
grillage grilling grinning gronde grotte grottes groves habitue habituee hazard hopital hopping identities
immunology importait importance importent imprevisible imprevisibles imprevu imprevus improper improperly improving
improvisation improvise improvised improvisee improviser improviste inanimate inaugurated inauguration incarceration
incendiary inconsciemment inefficacite inegalite inegalites inertia inertie infestation infested inflated infraction
infractions injure inquietait inquietent insensitive inserted insiders insomnie inspect inspected inspecter
inspecteur inspecteurs installe installed installee installees installent installer installes installez
insuffisamment insulation insulting intends interet interets interieure interieurement interieures interieurs
internal internes interns internship internships introduce introduced introduces introducing introduction
introductions introductory inversion inverted investing irrational irrationnel irrigation isolation jacked johnston
keller labeur lacked lagged laissa laissaient laissait laissant laissons landry language larcher largeur larguer
latter leaping learning leasing lessons lettre lettres linger liquidation liquidite liquidites liquidity listed
listing litter litteraire litteraires litteral litterale litteralement litterature litteratures littered livres
locales logged lointaine lointaines loosing lumber luminous lunette macher madison magenta magnat magnate magnitude
maigre maigres maladies maladresse malaisie malines mallet mallette manager managerial managers manchette manege
manieres manifesto manifests manquaient manquait manquant manquants manutention marceau marchaient marchais marchait
marchand marchande marchandise marchandises marchands marching marchons marient marina marino market marketable
marketed marketers marketing marketplace markets marking marlon marqua marquage marquait marquant marquante
marquantes marquants marquis marquise marrant marrante marshes martiaux martine martineau martinez masking masque
massages materielle mather meager meaning meaningful meaningless meanings measures mechant medial melanoma
membership memberships membrane menage mention menton merchant messaging messed messing meteorite meteorites metiers
metros mettra migrant migrants milles millet minutieuse minutieusement minutieux mistaking mistral misused moches
moderement moderer modified modifier modifies monster monstre montage montages montague montaigne monter montra
montrant montrer monture moreau morrow mouchoir mouchoirs mouillage mourning mourrir moussa mousson multiplie
multiply mussolini mystic mystique mystiques negate negotiable negotiate negotiated negotiating negotiation
negotiations negotiator nitrate notation noting nourrissant nourrissent obligated obligation obligations obligatoire
obligatoirement obligatoires obligatory obstination oligarchie orbits orders ordonna ordonnances ordures organs
orientee orienter orientes oubliais oubliant oublions ourson overhead overheard overlay oversight overtly paiement
paient pallier pancreatic panned papilles paques paquet paradoxes paramount parent parenthese parentheses parier
parisien parisienne parisiennes parisiens parite parlor patent patents patiente patientes patrie patrol paying
pearson pecher pediatre peinte peintes peintre peints peking pelles penale pendre penible penned peppers perched
perdit perdrait performante perplexe perplexed persan personnage personnages personnalisation personnalise
personnalisee personnaliser personnalites personnel personnels pesent phases photons phrasing picket pickled
pictured pierson pigment pigments pilier piliers placing plaine plaines plainte plaintes planar planches planet
planetaire planetaires planetary planete planetes planets planque planquer pleniere pleurait pleurant pocket
pointage pointant pointing pointless pointu pointue pointure pointus pointy poisse policy polite polled polling
porche portant posing possedaient possedait possedant possedent posseder possedez possedons possibly postpone
postponed postponement postule postuler potent pourvoir poussa poussait poussant poussiere poussieres poussin
poussins practise praying precedence precedents preche precher precious prefect premieres prenant prendra preparait
preparant preparateur preparatifs preparation preparations preparatoire preparatoires preparatory preparing
preparons presence presenta presente presentes preservee preserver pressent pressenti pressentiment pretention
pretes preuve preventing prevents previent primates printing privation privatisation privatization prochain
prochaine prochainement prochaines prochains produces profusion project projected projecteur projecteurs projet
projette prolongation prolongations pronant prononcee prononces propaganda propagande propagate propagated
propagation property provenir providence provoqua provoquant prusse psaumes psychanalyse psychanalyste psyche
psychedelic psychiatre psychiatres psychiatric psychiatrie psychiatrique psychiatriques psychiatrist psychiatrists
psychiatry psychic psychique psychiques puissant puisses pulpit purported purportedly purses racontait racontant
raisin rassurant rassurante reassure reassured rebond rebondir rebondissements rebonds recommend recommendation
recommendations recommended recommending recommends reduction regarda regardaient regardais regardait regardant
regarding regardless regardons remontant remote repand repandent repandre repandu repandue repandues repandus repart
repense repose resent resented resentment resonne resonner resuming resurrect resurrected resurrection revisions
revisit revisited revisiting reviving revoila revolved risquait sachent sacking sacred saddened salles salvation
sambre sample sampling satire saturation saturne sauvent savage savior scaled scarred scattered scelles sceptical
scepticisme sceptique schizophrenic schizophrenie schooled schooner sclerose sclerosis scored scouting seating
seattle secondaire secondaires secondary secouer securise security sedition seigneur seigneurie seigneuries
seigneurs selling separant separate separated separately separates separating separation separatist separatiste
separatistes separatists seriez servent servir setter setting settling sevens shampooing shaved shelling shipping
shitting shopping shouting sickly sighed silice simmer simple simplement simpler simples simplest simply singled
singles sizing skeptical skepticism skeptics skimming slapped slapping slaughter slaughtered slaughtering slaying
smoother sneaking soeurs soigne soignee soigner soignes soigneusement somber soucient souffert souffle soufre
soulignant souligne soulignent souligner soutiens soutient souvient sovereign sovereignty sowing spanning sparing
sparingly spelled spelling spending spoiled spoiling sprang sprint sprinter sprung squads stacking staffed staple
stared starling starring startled starving stated staten states stationary stationed stationery stationnaire
stationne stationnement stationner stations statues stature statuts steaming stepped stepping steriles stimulation
stitched stocking stokes stomping stores storing streamed strike strikes stringent stringer strings strong stronger
strongly strung summary sumner supplie supportable supportait supportant supporting supportive supports supposed
supposes sutter swearing sweeping sylvia symptome symptomes tables tailler tainted tanguy tanned tapped teaches
teinture telephonie telephonique telephoniques telerealite tendance tendances tendant tendencies tendency tendent
tending tendre tendrement tendres tendresse tentait tentant tenter tentera terminait terminant terminate terminated
terminates terminating terminator terminaux terminee termines terminologie terminology terribly thermometre theses
thorough though threat through thurston tickle tickled timber tinder tipping toasted tongues topical topped tortue
torturing toussa toxicite traduite traduits trafic trailing traitre trampoline tranquille transaction transactions
transatlantic transatlantique transe transmis transmise transmises transmission transmissions transmit transmits
transmitted transmitter transmitters transmitting transnational transparence transparency transparent transparente
transparentes transparents transport transportait transportant transportation transporte transported transportee
transportees transportent transporter transportes transporteur transporteurs transporting transports trapping trashy
traversait traversant treasury treble tremplin trench trenches triage tribes triche trompait tropes troublant
troubling trough troupe troupeau troupeaux troupes trousse trousses trouva trouvaient trouvaille trouvailles
trouvais trouvait trouvant trouvons truite trumpets tuning tunisia turing turque twingo unbeatable uncomfortably
universite utilisable utilisables utilisaient utilisais utilisait utilisant utilisateur utilisateurs utilisation
utilisations utilisons utilize utilized utilizes vacancies vaines valant vallee vapour varies vegetales vehicules
veille vendre vendues venture verras verrouillage vieilli vielle vigilante vilain villette violate violated violates
violating violation violations violer visibly visualisation visualiser visualization visualize visually visuals
vitamine vitamines vitraux vocation volants volent voleur volontes volumineux voudrait voudras voulant waiters
walters wander wandered wanderer wanderers wandering wanders waning warming wheels wherever wished wishing withdrew
writing zambie
"""
COMMON: Final = frozenset(_WORDS.split())
